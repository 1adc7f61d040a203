'use client';
import type { FleetView, LaunchProgress } from '@faultline/server/contract';
import { Check, Circle, LoaderCircle, Power, X } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { EmptyState } from '@/components/states.tsx';
import { actions } from '@/lib/actions.ts';
import { formatDuration, plural } from '@/lib/format.ts';
import { useAction } from '@/lib/use-action.ts';

/** What the map shows while there is no fleet: how to launch it, its progress, or why it failed. */
export function LaunchState({ fleet }: { fleet: FleetView }) {
  const { run, busy } = useAction();
  const launch = () => run(actions.launch(), { failed: 'Could not launch the fleet' });
  const progress = fleet.progress;
  const launching = fleet.state === 'launching';
  return (
    <div className="dotted flex h-full flex-col items-center justify-center overflow-auto p-4">
      {launching || (fleet.problem !== null && progress.length > 0) ? (
        <section
          aria-label="Launch"
          data-testid="launch-progress"
          className="flex max-h-full w-full max-w-130 flex-col rounded-lg border border-line bg-raised"
        >
          <h2 className="flex items-baseline justify-between border-b border-line px-4 py-3 text-lg font-semibold text-strong">
            {launching ? 'Launching the fleet' : 'The launch failed'}
            <span className="text-sm font-normal text-muted tabular-nums">
              {progress.filter((line) => line.state === 'ready').length} of{' '}
              {plural(progress.length, 'part')}
            </span>
          </h2>
          <ol className="overflow-auto px-4 py-2">
            {progress.map((line) => (
              <ProgressLine key={line.part} line={line} />
            ))}
          </ol>
          {!launching && <Problem fleet={fleet} onLaunch={launch} busy={busy} />}
        </section>
      ) : fleet.problem !== null ? (
        <section className="max-w-130 rounded-lg border border-line bg-raised">
          <Problem fleet={fleet} onLaunch={launch} busy={busy} />
        </section>
      ) : (
        <EmptyState
          icon={<Power size={22} />}
          title="The fleet is not running"
          action={
            <>
              <Button tone="accent" onClick={launch} busy={busy} data-testid="launch">
                Launch the fleet
              </Button>
              <CopyAs action={actions.launch()} />
            </>
          }
        >
          {plural(fleet.services.length, 'service')} on this machine, with PostgreSQL and a Kafka
          broker. No Docker needed; nothing leaves 127.0.0.1.
        </EmptyState>
      )}
    </div>
  );
}

function Problem({
  fleet,
  onLaunch,
  busy,
}: {
  fleet: FleetView;
  onLaunch: () => void;
  busy: boolean;
}) {
  return (
    <div role="alert" className="border-l-3 border-bad px-4 py-3.5">
      <h3 className="mb-1 font-semibold text-bad">The fleet could not be launched</h3>
      <p className="mb-3 whitespace-pre-wrap text-normal">{fleet.problem}</p>
      <Button tone="accent" onClick={onLaunch} busy={busy}>
        Try again
      </Button>
    </div>
  );
}

const ICONS: Readonly<Record<LaunchProgress['state'], React.ReactNode>> = {
  waiting: <Circle size={14} className="text-faint" />,
  starting: <LoaderCircle size={14} className="animate-spin text-accent" />,
  ready: <Check size={14} className="text-ok" />,
  failed: <X size={14} className="text-bad" />,
};

function ProgressLine({ line }: { line: LaunchProgress }) {
  return (
    <li className="flex h-8 items-center gap-2.5">
      <span role="img" aria-label={line.state}>
        {ICONS[line.state]}
      </span>
      <span className="font-medium text-strong">{line.part}</span>
      <span className="min-w-0 flex-1 truncate text-muted" title={line.detail}>
        {line.detail}
      </span>
      <span className="text-faint tabular-nums">
        {line.state === 'waiting' ? '' : formatDuration(line.elapsedMs)}
      </span>
    </li>
  );
}
