'use client';
import { useLive } from '@/lib/live.ts';

/** A thin line when the live stream is away: the page stays, only older. */
export function ConnectionLine() {
  const { connection, collector } = useLive();
  const text =
    connection === 'lost'
      ? 'Connection to the control plane lost. Trying again; what you see grows old.'
      : !collector
        ? 'The control plane cannot reach the collector. Numbers grow old; faults still work.'
        : null;
  if (text === null) return null;
  return (
    <div
      role="status"
      className="border-b border-warn bg-warn-soft px-3.5 py-0.5 text-sm text-warn"
    >
      {text}
    </div>
  );
}
