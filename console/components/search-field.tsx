'use client';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '@/lib/use-keys.ts';
import { Kbd } from './kbd.tsx';

/** Pause after the last key before a search runs, milliseconds. */
const TYPING_PAUSE_MS = 250;

/** A text field that `/` focuses; what is typed is told after a pause, and at once with Enter. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  className,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  useKeys([{ keys: '/', label, group: 'This page', run: () => input.current?.focus() }]);
  useEffect(() => {
    if (typed === null || typed === value) return;
    const timer = setTimeout(() => onChange(typed), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <label
      className={`flex h-7 min-w-0 items-center gap-2 rounded-md border border-line-strong bg-raised px-2.5 focus-within:border-accent ${className ?? ''}`}
    >
      <span className="sr-only">{label}</span>
      <input
        ref={input}
        type="search"
        value={typed ?? value}
        placeholder={placeholder}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => setTyped(null)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange(event.currentTarget.value);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        spellCheck={false}
        autoComplete="off"
        className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
      />
      <Kbd keys="/" className="max-md:hidden" />
    </label>
  );
}
