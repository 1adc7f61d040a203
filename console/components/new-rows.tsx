'use client';
import { useKeys } from '@/lib/use-keys.ts';
import { formatCount } from '@/lib/format.ts';

/** "14 new": shows the rows that wait. */
export function NewRows({ waiting, onShow }: { waiting: number; onShow: () => void }) {
  useKeys(
    [{ keys: 'n', label: 'Show the new rows', group: 'This page', run: onShow }],
    waiting > 0,
  );
  if (waiting === 0) return null;
  return (
    <button
      type="button"
      onClick={onShow}
      data-testid="new-rows"
      className="absolute top-2 left-1/2 z-20 -translate-x-1/2 rounded-full border border-line-strong bg-accent px-3 py-0.5 text-sm font-semibold text-on-accent shadow-float"
    >
      {formatCount(waiting)} new
    </button>
  );
}
