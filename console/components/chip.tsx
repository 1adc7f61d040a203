import clsx from 'clsx';
import type { HTMLAttributes } from 'react';

/** Colours of a chip. `fault` is what we did; the health colours are what happened. */
export type ChipTone = 'plain' | 'fault' | 'ok' | 'warn' | 'bad' | 'accent';

const TONES: Readonly<Record<ChipTone, string>> = {
  plain: 'border-line-strong bg-raised text-normal',
  fault: 'border-fault-line bg-fault-soft text-fault',
  ok: 'border-line-strong bg-raised text-ok',
  warn: 'border-transparent bg-warn-soft text-warn',
  bad: 'border-transparent bg-bad-soft text-bad',
  accent: 'border-transparent bg-accent-soft text-accent',
};

/** A small bordered label with a value in it. Not clickable: use a Button for that. */
export function Chip({
  tone = 'plain',
  className,
  ...rest
}: HTMLAttributes<HTMLSpanElement> & { tone?: ChipTone }) {
  return (
    <span
      {...rest}
      className={clsx(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border px-2.5 whitespace-nowrap',
        TONES[tone],
        className,
      )}
    />
  );
}

/** A state in capitals on a filled or hollow ground: `OPEN`, `HALF-OPEN`. */
export function Badge({
  tone = 'plain',
  filled = false,
  className,
  ...rest
}: HTMLAttributes<HTMLSpanElement> & { tone?: ChipTone; filled?: boolean }) {
  return (
    <span
      {...rest}
      className={clsx(
        'inline-flex items-center rounded-sm px-2 py-0.5 text-2xs leading-3.5 font-bold tracking-[.06em] uppercase',
        filled && tone === 'bad' ? 'bg-bad-solid text-on-bad' : BADGE[tone],
        className,
      )}
    />
  );
}

const BADGE: Readonly<Record<ChipTone, string>> = {
  plain: 'bg-hover text-muted',
  fault: 'bg-fault text-on-fault',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent',
};
