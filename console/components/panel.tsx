'use client';
import clsx from 'clsx';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useKeys } from '@/lib/use-keys.ts';
import { Kbd } from './kbd.tsx';

/**
 * The panel on the right of a page, 372 px; a sheet from below on narrow screens. Put it beside
 * the page's main area inside {@link PageWithPanel}. Esc closes it; what it shows belongs in the URL.
 */
export function Panel({
  kind,
  title,
  aside,
  onClose,
  children,
}: {
  /** The kind of thing shown: `Line`, `Service`, `Span`. */
  kind: string;
  title: ReactNode;
  /** Right of the title, faint. */
  aside?: ReactNode;
  onClose: () => void;
  children: ReactNode;
}) {
  useKeys([{ keys: 'escape', label: 'Close the panel', group: 'This page', run: onClose }]);
  return (
    <aside
      aria-label={`${kind} ${typeof title === 'string' ? title : ''}`.trim()}
      data-testid="panel"
      className="z-20 flex min-h-0 flex-col overflow-auto border-line bg-raised max-md:fixed max-md:inset-x-0 max-md:bottom-14 max-md:max-h-[58dvh] max-md:rounded-t-lg max-md:border-t max-md:shadow-float md:w-[372px] md:shrink-0 md:border-l"
    >
      <header className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-raised px-4 py-3.5">
        <div className="min-w-0 flex-1">
          <div className="text-xs text-faint">{kind}</div>
          <h2 className="truncate text-lg font-semibold text-strong">{title}</h2>
        </div>
        {aside !== undefined && <span className="text-faint">{aside}</span>}
        <button
          type="button"
          onClick={onClose}
          aria-label="Close the panel"
          className="flex items-center gap-1 rounded-sm px-1 py-0.5 text-faint hover:bg-hover hover:text-strong"
        >
          <Kbd keys="esc" className="max-md:hidden" />
          <X size={14} className="md:hidden" />
        </button>
      </header>
      {children}
    </aside>
  );
}

/** The page's main area with an optional panel beside it. */
export function PageWithPanel({ children, panel }: { children: ReactNode; panel?: ReactNode }) {
  return (
    <div className="flex h-full min-h-0">
      <div className="relative flex min-w-0 flex-1 flex-col overflow-hidden">{children}</div>
      {panel}
    </div>
  );
}

/** A part of a panel under a small heading. */
export function Section({
  title,
  tone = 'plain',
  aside,
  children,
}: {
  title?: string;
  /** `fault`: about what we did. */
  tone?: 'plain' | 'fault';
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section
      className={clsx(
        'border-b border-line px-4 py-3.5',
        tone === 'fault' && 'border-l-3 border-l-fault bg-fault-soft pl-[13px]',
      )}
    >
      {title !== undefined && (
        <div className="mb-2.5 flex items-baseline justify-between gap-2">
          <h3
            className={clsx(
              'text-xs font-semibold tracking-[.04em] uppercase',
              tone === 'fault' ? 'text-fault' : 'text-faint',
            )}
          >
            {title}
          </h3>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
