'use client';
import clsx from 'clsx';
import { Power } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { RuntimeIcon } from '@/features/launch/runtime-icon.tsx';
import { fleetWords, RUNTIME_MANNER, RUNTIME_NAMES } from '@/features/launch/runtime-words.ts';
import { useFleet } from '@/lib/queries.ts';
import { openOverlay } from './overlay.ts';

/** What the fleet runs on and how it is; opens the choice. */
export function RuntimeControl({ className }: { className?: string }) {
  const fleet = useFleet().data;
  if (!fleet) return null;
  const name = RUNTIME_NAMES[fleet.runtime];
  const runs = fleet.state !== 'stopped';
  const words = fleetWords(fleet);
  return (
    <Button
      onClick={() => openOverlay('launch')}
      aria-haspopup="dialog"
      aria-label={runs ? `Runtime: ${name}, ${words}` : 'Launch the fleet'}
      title={
        runs
          ? `The fleet runs ${RUNTIME_MANNER[fleet.runtime]}, ${words}; change the runtime`
          : 'Launch the fleet'
      }
      data-testid="runtime"
      className={clsx('min-w-0 shrink!', className)}
      icon={
        runs ? (
          <RuntimeIcon kind={fleet.runtime} size={14} className="shrink-0" />
        ) : (
          <Power size={13} aria-hidden className="shrink-0" />
        )
      }
    >
      {runs ? <span className="text-strong max-sm:hidden">{name}</span> : 'Launch…'}
      {runs && fleet.state !== 'ready' && <span className="truncate text-warn">{words}</span>}
    </Button>
  );
}
