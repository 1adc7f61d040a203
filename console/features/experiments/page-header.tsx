'use client';
import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useKeys } from '@/lib/use-keys.ts';
import { Kbd } from '@/components/kbd.tsx';
import { openLibrary } from './places.ts';

/** The head of a view below the library: the way back, a claim, its name, what can be done. */
export function PageHeader({
  title,
  above,
  below,
  children,
  onBack = openLibrary,
  back = 'All experiments',
  escapes = true,
}: {
  title: ReactNode;
  /** Small, above the title: the name, the pattern. */
  above?: ReactNode;
  /** Under the title. */
  below?: ReactNode;
  /** Buttons on the right. */
  children?: ReactNode;
  onBack?: () => void;
  back?: string;
  /** False where Esc belongs to a text that is being written. */
  escapes?: boolean;
}) {
  useKeys([{ keys: 'escape', label: `Back: ${back}`, group: 'This page', run: onBack }], escapes);
  return (
    <header className="mb-4">
      <button
        type="button"
        onClick={onBack}
        className="-ml-1 mb-2 flex items-center gap-1 rounded-sm px-1 text-sm text-faint hover:text-strong"
      >
        <ChevronLeft size={13} aria-hidden /> {back}{' '}
        {escapes && <Kbd keys="esc" className="ml-1 max-md:hidden" />}
      </button>
      <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          {above !== undefined && (
            <div className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
              {above}
            </div>
          )}
          <h1 className="text-xl leading-tight font-semibold tracking-[-.015em] text-balance text-strong">
            {title}
          </h1>
          {below}
        </div>
        {children !== undefined && <div className="flex flex-wrap gap-2">{children}</div>}
      </div>
    </header>
  );
}

/** A part of a page under its heading, without a frame of its own. */
export function Part({
  title,
  aside,
  children,
  testId,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  testId?: string;
}) {
  return (
    <section className="mt-5" data-testid={testId}>
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold text-strong">{title}</h2>
        {aside !== undefined && <span className="text-sm text-faint">{aside}</span>}
      </div>
      {children}
    </section>
  );
}
