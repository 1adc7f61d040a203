'use client';
import type { ExperimentView } from '@faultline/server/contract';
import { Pencil, Trash2 } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { Badge, Chip } from '@/components/chip.tsx';
import { ErrorState, Skeleton } from '@/components/states.tsx';
import { actions } from '@/lib/actions.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';
import { setUrl } from '@/lib/url-state.ts';
import { useExperiment } from './experiment-queries.ts';
import { MarkdownView } from './markdown-view.tsx';
import { PageHeader, Part } from './page-header.tsx';
import { PastRuns } from './past-runs.tsx';
import { PlanView } from './plan-view.tsx';
import { openEditor, openLibrary } from './places.ts';
import { ProblemList } from './problem-list.tsx';
import { RunForm } from './run-form.tsx';
import { readable } from './value-words.ts';

/** One experiment: what it claims and why, what it will do, how to run it, how it went before. */
export function ExperimentDetail({ name }: { name: string }) {
  const answer = useExperiment(name);
  const experiment = answer.data;
  if (answer.isError && !experiment) {
    return (
      <ErrorState
        what={`The experiment ${name} could not be loaded`}
        error={answer.error}
        onRetry={() => void answer.refetch()}
      />
    );
  }
  if (!experiment) {
    return (
      <div role="status" aria-label="Loading" className="px-5 py-4">
        <Skeleton className="mb-4 h-14 w-120 max-w-full" />
        <Skeleton className="h-40 w-full" />
      </div>
    );
  }
  return (
    <div className="flex h-full min-h-0 max-lg:flex-col max-lg:overflow-auto">
      <div className="min-w-0 flex-1 px-4 py-4 md:px-5 lg:overflow-auto">
        <DetailHeader experiment={experiment} />
        {experiment.description !== '' && (
          <p className="mb-4 max-w-[80ch]">{experiment.description}</p>
        )}
        {!experiment.valid && (
          <Part title="Problems of the document">
            <ProblemList problems={experiment.problems} />
          </Part>
        )}
        {experiment.valid && <RunForm experiment={experiment} />}
        <LookAt lines={experiment.lookAt} />
        <Part title="Past runs">
          <PastRuns experiment={name} />
        </Part>
        {experiment.runbookText !== null && (
          <Part title="Runbook" testId="runbook">
            <MarkdownView text={experiment.runbookText} />
          </Part>
        )}
      </div>
      {experiment.plan && (
        <aside
          aria-label="Plan"
          className="border-line bg-raised max-lg:border-t lg:w-[340px] lg:shrink-0 lg:overflow-auto lg:border-l"
        >
          <PlanView plan={experiment.plan} />
        </aside>
      )}
    </div>
  );
}

function LookAt({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Part title="What to look at">
      <ul className="list-disc pl-5 marker:text-faint">
        {lines.map((line) => (
          <li key={line}>{readable(line)}</li>
        ))}
      </ul>
    </Part>
  );
}

function DetailHeader({ experiment }: { experiment: ExperimentView }) {
  const { name, title, pattern, tags, origin } = experiment;
  return (
    <PageHeader
      title={title}
      above={
        <>
          <span className="font-mono text-sm">{name}</span>
          {origin === 'own' && <Badge tone="accent">own</Badge>}
          {pattern !== null && <Chip className="h-5.5! px-2! text-sm">{pattern}</Chip>}
          {tags.map((tag) => (
            <button
              key={tag}
              type="button"
              title={`Experiments about ${tag}`}
              onClick={() => setUrl({ experiment: null, tag }, 'push')}
              className="rounded-sm text-sm text-faint hover:text-strong hover:underline"
            >
              {tag}
            </button>
          ))}
        </>
      }
    >
      <Button
        icon={<Pencil size={13} aria-hidden />}
        onClick={() => openEditor({ experiment: name })}
        data-testid="edit-experiment"
      >
        {origin === 'own' ? 'Edit' : 'Edit a copy'}
      </Button>
      {origin === 'own' && <DeleteButton experiment={experiment} />}
    </PageHeader>
  );
}

function DeleteButton({ experiment: { name, document } }: { experiment: ExperimentView }) {
  const { run, busy } = useAction();
  const again = useAction();
  return (
    <Button
      icon={<Trash2 size={13} aria-hidden />}
      busy={busy}
      onClick={() =>
        run(actions.deleteExperiment(name), {
          failed: `Could not delete ${name}`,
          invalidate: [queryKeys.experiments],
          done: () => {
            openLibrary();
            return {
              text: `Deleted ${name}`,
              undo: {
                label: 'Put it back',
                run: () =>
                  again.run(actions.saveExperiment(name, document), {
                    failed: `Could not put ${name} back`,
                    invalidate: [queryKeys.experiments],
                  }),
              },
            };
          },
        })
      }
    >
      Delete
    </Button>
  );
}
