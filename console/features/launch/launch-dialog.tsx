'use client';
import type { FleetView, Runtime, RuntimeKind } from '@faultline/server/contract';
import { X } from 'lucide-react';
import { Dialog, RadioGroup } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CopyAs } from '@/components/copy-as.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { overlay } from '@/features/frame/overlay.ts';
import { actions } from '@/lib/actions.ts';
import { useFaults, useFleet, useRuntimes } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { Notice, RuntimeDetails } from './runtime-details.tsx';
import { RuntimeCard } from './runtime-card.tsx';
import { launchMove, switchWarning, type LaunchMove } from './runtime-words.ts';

/** Chooses what the fleet runs on: what is there, what it takes, what a switch costs. */
export function LaunchDialog() {
  const fleet = useFleet().data;
  const runtimes = useRuntimes();
  const [asked, setAsked] = useState<RuntimeKind | null>(null);
  const chosen = asked ?? fleet?.runtime ?? 'process';
  const runtime = runtimes.data?.find(({ kind }) => kind === chosen) ?? runtimes.data?.[0];
  const running = fleet !== undefined && fleet.state !== 'stopped';
  return (
    <Dialog.Root open onOpenChange={() => overlay.set(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          data-testid="launch-dialog"
          // The choice takes the focus once it is there; until then the window has it.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[92dvh] w-[min(720px,96vw)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float outline-none"
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-lg font-semibold text-strong">
                {running ? 'Change the runtime' : 'Launch the fleet'}
              </Dialog.Title>
              <Dialog.Description className="text-muted">
                The same services, lines and faults on either. Nothing is reachable from other
                machines.
              </Dialog.Description>
            </div>
            <Dialog.Close
              aria-label="Close"
              className="rounded-sm p-1 text-faint hover:bg-hover hover:text-strong"
            >
              <X size={14} aria-hidden />
            </Dialog.Close>
          </header>
          {fleet && runtime ? (
            <Choice
              fleet={fleet}
              runtimes={runtimes.data ?? []}
              runtime={runtime}
              onChoose={setAsked}
            />
          ) : runtimes.error ? (
            <ErrorState
              what="The runtimes could not be looked up"
              error={runtimes.error}
              onRetry={() => void runtimes.refetch()}
            />
          ) : (
            <div
              role="status"
              aria-label="Looking for runtimes"
              className="grid gap-3 p-4 sm:grid-cols-2"
            >
              <Skeleton className="h-46" />
              <Skeleton className="h-46" />
            </div>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choice({
  fleet,
  runtimes,
  runtime,
  onChoose,
}: {
  fleet: FleetView;
  runtimes: readonly Runtime[];
  runtime: Runtime;
  onChoose: (kind: RuntimeKind) => void;
}) {
  const faults = useFaults().data?.faults.length ?? 0;
  const move = launchMove(fleet, runtime);
  const choice = useRef<HTMLDivElement>(null);
  useEffect(() => {
    choice.current?.querySelector<HTMLElement>('[data-state="checked"]')?.focus();
  }, []);
  return (
    <>
      <div ref={choice} className="min-h-0 flex-1 overflow-auto p-4">
        <RadioGroup.Root
          aria-label="Runtime"
          value={runtime.kind}
          onValueChange={(kind) => onChoose(kind as RuntimeKind)}
          className="grid gap-3 sm:grid-cols-2"
        >
          {runtimes.map((each) => (
            <RuntimeCard
              key={each.kind}
              runtime={each}
              inUse={fleet.state !== 'stopped' && fleet.runtime === each.kind}
            />
          ))}
        </RadioGroup.Root>
        <RuntimeDetails runtime={runtime} />
      </div>
      {move.kind === 'switch' && (
        <div className="px-4 pb-3">
          <Notice tone="warn">{switchWarning(fleet, faults)}</Notice>
        </div>
      )}
      <Foot runtime={runtime} move={move} />
    </>
  );
}

function Foot({ runtime, move }: { runtime: Runtime; move: LaunchMove }) {
  const { run, busy } = useAction();
  const action = actions.launch(runtime.kind);
  return (
    <footer className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-3">
      <CopyAs action={action} />
      <span className="flex-1" />
      <Dialog.Close asChild>
        <Button className="max-sm:hidden">Cancel</Button>
      </Dialog.Close>
      <Button
        tone="accent"
        busy={busy}
        disabled={move.kind === 'none'}
        data-testid="launch-confirm"
        onClick={() => {
          if (move.kind === 'none') return;
          run(action, {
            failed: 'Could not launch the fleet',
            invalidate: [queryKeys.fleet],
            done: () => {
              overlay.set(null);
              return { topic: 'fleet', text: move.doing };
            },
          });
        }}
      >
        {move.label}
      </Button>
    </footer>
  );
}
