'use client';
import { CircleAlert } from 'lucide-react';
import { RelativeTime } from '@/components/relative-time.tsx';
import { useFleet } from '@/lib/queries.ts';

/** Says on every page that the containers' engine is gone, as long as it is. */
export function EngineLine() {
  const engine = useFleet().data?.engine;
  if (engine?.state !== 'lost') return null;
  return (
    <div
      role="alert"
      data-testid="engine-lost"
      className="flex items-start gap-2 border-b border-bad bg-bad-soft px-3.5 py-1.5 text-sm text-bad"
    >
      <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0" />
      <p className="min-w-0 wrap-anywhere">
        <b className="font-semibold">
          Docker Engine lost <RelativeTime at={engine.since} />.
        </b>{' '}
        {engine.detail} States of instances are the last ones known; this goes away when it is back.
      </p>
    </div>
  );
}
