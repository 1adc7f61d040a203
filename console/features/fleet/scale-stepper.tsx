'use client';
import type { Part } from '@faultline/server/contract';
import { Minus, Plus } from 'lucide-react';
import { IconButton } from '@/components/button.tsx';
import { actions } from '@/lib/actions.ts';
import { plural } from '@/lib/format.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

/** Fewer or more instances of a service. */
export function ScaleStepper({ part }: { part: Part }) {
  const { run, busy } = useAction();
  const replicas = part.instances.length;
  const scale = (to: number, undoable = true) =>
    run(actions.scale(part.name, to), {
      failed: `Could not scale ${part.name}`,
      invalidate: [queryKeys.fleet],
      done: () => ({
        tone: 'fault',
        topic: `scale ${part.name}`,
        text: `${part.name} scaled to ${plural(to, 'instance')}`,
        ...(undoable ? { undo: { label: 'Undo', run: () => scale(replicas, false) } } : {}),
      }),
    });
  return (
    <span
      role="group"
      aria-label={`Instances of ${part.name}`}
      className="inline-flex items-center gap-1"
    >
      <IconButton
        label={`One instance of ${part.name} less`}
        size="small"
        tone="plain"
        busy={busy}
        disabled={replicas <= 0}
        onClick={() => scale(replicas - 1)}
      >
        <Minus size={12} />
      </IconButton>
      <b className="min-w-[2ch] text-center font-semibold text-strong tabular-nums">{replicas}</b>
      <IconButton
        label={`One more instance of ${part.name}`}
        size="small"
        tone="plain"
        busy={busy}
        disabled={replicas >= part.maxReplicas}
        title={replicas >= part.maxReplicas ? `At most ${part.maxReplicas}` : undefined}
        onClick={() => scale(replicas + 1)}
      >
        <Plus size={12} />
      </IconButton>
    </span>
  );
}
