'use client';
import type { FleetView } from '@faultline/server/contract';
import { Power } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { EmptyState } from '@/components/states.tsx';
import { openOverlay } from '@/features/frame/overlay.ts';
import { actions } from '@/lib/actions.ts';
import { plural } from '@/lib/format.ts';
import { useAction } from '@/lib/use-action.ts';
import { ProgressList } from './progress-list.tsx';
import { RUNTIME_MANNER } from './runtime-words.ts';

/** What the map shows while there is no fleet: how to launch it, its progress, or why it failed. */
export function LaunchState({ fleet }: { fleet: FleetView }) {
  const { progress, problem } = fleet;
  const launching = fleet.state === 'launching';
  return (
    <div className="dotted flex h-full flex-col items-center justify-center overflow-auto p-4">
      {launching || (problem !== null && progress.length > 0) ? (
        <section
          aria-label="Launch"
          data-testid="launch-progress"
          className="flex max-h-full w-full max-w-130 flex-col rounded-lg border border-line bg-raised"
        >
          <h2 className="flex items-baseline justify-between gap-2 border-b border-line px-4 py-3 text-lg font-semibold text-strong">
            {launching ? `Launching ${RUNTIME_MANNER[fleet.runtime]}` : 'The launch failed'}
            <span className="text-sm font-normal whitespace-nowrap text-muted tabular-nums">
              {progress.filter((line) => line.state === 'ready').length} of{' '}
              {plural(progress.length, 'part')}
            </span>
          </h2>
          <ProgressList progress={progress} />
          {launching ? <Cancel /> : <Problem fleet={fleet} />}
        </section>
      ) : problem !== null ? (
        <section className="max-w-130 rounded-lg border border-line bg-raised">
          <Problem fleet={fleet} />
        </section>
      ) : (
        <EmptyState
          icon={<Power size={22} />}
          title="The fleet is not running"
          action={
            <>
              <Button tone="accent" onClick={() => openOverlay('launch')} data-testid="launch">
                Launch…
              </Button>
              <CopyAs action={actions.launch()} />
            </>
          }
        >
          {plural(fleet.services.length, 'service')}, PostgreSQL and a Kafka broker: as processes of
          this machine, or in Docker containers. Nothing leaves this machine.
        </EmptyState>
      )}
    </div>
  );
}

/** Pulling images may take long: nobody has to wait for it. */
function Cancel() {
  const { run, busy } = useAction();
  return (
    <div className="flex justify-end border-t border-line px-4 py-2.5">
      <Button
        busy={busy}
        onClick={() => run(actions.stopFleet(), { failed: 'Could not cancel the launch' })}
      >
        Cancel the launch
      </Button>
    </div>
  );
}

function Problem({ fleet }: { fleet: FleetView }) {
  const { run, busy } = useAction();
  const again = () => run(actions.launch(fleet.runtime), { failed: 'Could not launch the fleet' });
  return (
    <div role="alert" className="overflow-auto border-l-3 border-bad px-4 py-3.5">
      <h3 className="mb-1 font-semibold text-bad">
        The fleet could not be launched {RUNTIME_MANNER[fleet.runtime]}
      </h3>
      <p className="mb-3 wrap-anywhere whitespace-pre-wrap text-normal">{fleet.problem}</p>
      <div className="flex flex-wrap gap-2">
        <Button tone="accent" onClick={again} busy={busy}>
          Try again
        </Button>
        <Button onClick={() => openOverlay('launch')}>Choose a runtime…</Button>
      </div>
    </div>
  );
}
