'use client';
import { cursor } from '@/lib/cursor.ts';
import { useStore } from '@/lib/store.ts';
import type { Span } from './scale.ts';

/** The moment under the pointer, wherever on the page it is. */
export function CursorLine({
  span,
  leftPx,
  rightPx,
}: {
  span: Span;
  /** Room beside the plot, pixels. */
  leftPx: number;
  rightPx: number;
}) {
  const at = useStore(cursor);
  if (at === null || at < span.from || at > span.to) return null;
  const share = (at - span.from) / (span.to - span.from);
  return (
    <i
      aria-hidden
      className="pointer-events-none absolute top-6 bottom-4.5 w-px bg-muted"
      style={{ left: `calc(${leftPx}px + (100% - ${leftPx + rightPx}px) * ${share})` }}
    />
  );
}
