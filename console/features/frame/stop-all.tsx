'use client';
import type { Stopped } from '@faultline/server/contract';
import { OctagonX } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { actions } from '@/lib/actions.ts';
import { formatLink, plural } from '@/lib/format.ts';
import { useFaults } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { useKeys } from '@/lib/use-keys.ts';

/** Clears every fault and refuses new ones until released: one button, one key, on every page. */
export function StopAll() {
  const { latched, toggle, busy } = useStopAll();
  useKeys([
    {
      keys: 'shift+x',
      label: latched ? 'Release the stop' : 'Stop all faults',
      group: 'Everywhere',
      run: toggle,
    },
  ]);
  return (
    <Button
      tone={latched ? 'plain' : 'danger'}
      busy={busy}
      onClick={toggle}
      aria-keyshortcuts="Shift+X"
      data-testid="stop-all"
      className={latched ? 'border-bad! text-bad!' : ''}
      title={
        latched
          ? 'New faults are refused until you release'
          : 'Clear every fault now; patterns, flags and mutual TLS as at launch'
      }
    >
      {latched ? (
        <>
          <OctagonX size={13} /> Stopped <span className="font-semibold underline">Release</span>
        </>
      ) : (
        <>
          Stop all <Kbd keys="⇧X" className="text-on-bad! opacity-80 max-sm:hidden" />
        </>
      )}
    </Button>
  );
}

/** Stop all and its latch, for the button, the key and the palette. */
export function useStopAll() {
  const faults = useFaults().data;
  const latched = faults?.latched ?? false;
  const { run, busy } = useAction<Stopped>();
  const invalidate = [queryKeys.faults, queryKeys.policies];
  const stop = () =>
    run(actions.stopAll(), {
      failed: 'Could not stop all faults',
      invalidate,
      done: ({ ended, reset }) => ({
        topic: 'stop',
        text: `Stopped: ${plural(ended.length, 'fault')} cleared, new ones are refused${resetWords(reset)}`,
        undo: { label: 'Release', run: release },
      }),
    });
  const release = () =>
    run(actions.release(), {
      failed: 'Could not release the stop',
      invalidate,
      done: () => ({ topic: 'stop', text: 'Released: faults may be added again' }),
    });
  return { latched, busy, toggle: latched ? release : stop };
}

/** `; as at launch: orders → payments, mtls`, or nothing. */
function resetWords(reset: Stopped['reset']): string {
  if (reset.length === 0) return '';
  const names = reset.slice(0, 3).map(({ name }) => formatLink(name));
  const more = reset.length > 3 ? ` and ${reset.length - 3} more` : '';
  return `; as at launch: ${names.join(', ')}${more}`;
}
