'use client';
import type { Run } from '@faultline/server/contract';
import { OctagonX } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { useKeys } from '@/lib/use-keys.ts';
import {
  abortWords,
  currentVariant,
  elapsedOf,
  PHASE_WORDS,
  phasesOf,
  timeLeft,
} from './run-progress.ts';
import { variantName } from './variant-words.ts';

/** Where a run stands that has not ended: queue or phase, time left, the way out. */
export function RunStatus({ run, lost }: { run: Run; lost: boolean }) {
  const now = useServerNow(500);
  const variant = currentVariant(run);
  const left = timeLeft(run, now);
  const at = run.variants.findIndex(({ name }) => name === variant?.name) + 1;
  const abort = useAbort(run);
  return (
    <div className="mb-4" data-testid="run-status">
      {lost && (
        <p role="status" className="mb-2 border-l-3 border-warn pl-2 text-sm text-warn">
          Connection to the run lost. Trying again; the run goes on without it.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <p className="text-lg font-semibold text-strong">
            {run.state === 'queued'
              ? `Number ${run.position} in the queue`
              : `${variant?.phase ? PHASE_WORDS[variant.phase] : 'Starting'}${run.variants.length > 1 && variant ? ` · ${variantName(variant.name)}, ${at} of ${run.variants.length}` : ''}`}
          </p>
          <p className="text-muted tabular-nums">
            {run.state === 'queued' ? 'Another run is under way; one runs at a time.' : left}
          </p>
        </div>
        <Button
          tone="danger"
          icon={<OctagonX size={14} aria-hidden />}
          busy={abort.busy}
          onClick={abort.run}
          title={abortWords(run)}
          aria-describedby="abort-words"
          data-testid="run-abort"
        >
          {run.state === 'queued' ? 'Take out' : 'Abort'} <Kbd keys="⇧A" className="text-on-bad!" />
        </Button>
      </div>
      {variant && run.state === 'running' && (
        <PhaseBar phases={phasesOf(variant, elapsedOf(variant, now))} />
      )}
      <p id="abort-words" className="mt-1.5 text-sm text-faint">
        {run.state === 'queued' ? abortWords(run) : abortWords(run).replace(/^Ends/, 'Abort ends')}
      </p>
    </div>
  );
}

function useAbort(run: Run) {
  const { run: perform, busy } = useAction();
  const abort = () =>
    perform(actions.abortRun(run.id), {
      failed: 'Could not abort the run',
      invalidate: [queryKeys.run(run.id), queryKeys.runs()],
      done: () => ({ text: 'The run is ending; what it did is being put back' }),
    });
  useKeys([{ keys: 'shift+a', label: 'Abort the run', group: 'This page', run: abort }]);
  return { run: abort, busy };
}

function PhaseBar({ phases }: { phases: ReturnType<typeof phasesOf> }) {
  const done = phases.filter(({ state }) => state === 'done').length;
  return (
    <div
      role="progressbar"
      aria-label="Phases of this variant"
      aria-valuemin={0}
      aria-valuemax={phases.length}
      aria-valuenow={done}
      className="mt-2.5 flex gap-1"
    >
      {phases.map(({ phase, words, state }) => (
        <i
          key={phase}
          title={`${words}: ${state}`}
          className={
            state === 'done'
              ? 'h-1 flex-1 rounded-full bg-accent'
              : state === 'running'
                ? 'h-1 flex-1 rounded-full bg-accent-soft ring-1 ring-accent'
                : 'h-1 flex-1 rounded-full bg-line-strong'
          }
        />
      ))}
    </div>
  );
}
