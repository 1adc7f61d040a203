'use client';
import type { ExperimentSummary } from '@faultline/server/contract';
import { FlaskConical, History, Plus, Shuffle } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/button.tsx';
import { SearchField } from '@/components/search-field.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import { formatMinutes, plural } from '@/lib/format.ts';
import { choice, optional, text } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { useExperiments } from './experiment-queries.ts';
import { FirstRun } from './first-run.tsx';
import { ExperimentRow } from './library-row.tsx';
import {
  filterLibrary,
  firstExperiment,
  libraryChoices,
  RESULT_STATES,
  type ResultState,
} from './library-filter.ts';
import { openEditor, openExperiment, openHistory, openSoak } from './places.ts';
import { RunAll } from './run-all.tsx';

const STATE = choice(...RESULT_STATES);
const STATE_WORDS: Readonly<Record<ResultState, string>> = {
  any: 'Any result',
  claimed: 'As claimed',
  'not-claimed': 'Not as claimed',
  never: 'Never run',
  invalid: 'Invalid',
};

/** Every experiment as the claim it makes, with what became of it last. */
export function Library() {
  const experiments = useExperiments();
  const [q, setQ] = useUrlState('q', text);
  const [pattern, setPattern] = useUrlState('pattern', text);
  const [fault, setFault] = useUrlState('fault', text);
  const [tag, setTag] = useUrlState('tag', text);
  const [state, setState] = useUrlState('state', STATE);
  const all = experiments.data ?? [];
  const shown = filterLibrary(all, { q, pattern, fault, tag, state });
  const choices = libraryChoices(all);
  const first = firstExperiment(all);
  return (
    <div className="flex h-full flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3.5 py-2">
        <SearchField
          label="Find an experiment"
          placeholder="Find a claim, a fault…"
          className="w-56 max-md:w-full"
          value={q}
          onChange={setQ}
        />
        <Filter
          label="Pattern"
          all="Any pattern"
          value={pattern}
          choices={choices.patterns}
          onChange={setPattern}
        />
        <Filter
          label="Fault"
          all="Any fault"
          value={fault}
          choices={choices.faults}
          onChange={setFault}
        />
        <Filter label="Tag" all="Any tag" value={tag} choices={choices.tags} onChange={setTag} />
        <Select
          label="Last result"
          value={state}
          choices={RESULT_STATES.map((value) => ({ value, title: STATE_WORDS[value] }))}
          onChange={(value) => setState(STATE.read(value))}
        />
        <span className="flex-1" />
        <Button icon={<History size={13} />} onClick={() => openHistory()}>
          Past runs
        </Button>
        <Button icon={<Shuffle size={13} />} onClick={openSoak}>
          Soak
        </Button>
        <RunAll experiments={shown} />
        <Button
          icon={<Plus size={13} />}
          title="Write an experiment"
          onClick={() => openEditor()}
          data-testid="new-experiment"
        >
          New
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {first && <FirstRun experiment={first} />}
        {experiments.isPending ? (
          <SkeletonRows rows={14} />
        ) : experiments.isError && !experiments.data ? (
          <ErrorState
            what="The experiments could not be loaded"
            error={experiments.error}
            onRetry={() => void experiments.refetch()}
          />
        ) : shown.length === 0 ? (
          <NothingFound none={all.length === 0} />
        ) : (
          <Rows experiments={shown} of={all.length} />
        )}
      </div>
    </div>
  );
}

function Filter({
  label,
  all,
  value,
  choices,
  onChange,
}: {
  label: string;
  all: string;
  value: string;
  choices: readonly string[];
  onChange: (value: string) => void;
}) {
  if (choices.length === 0 && value === '') return null;
  const offered = value !== '' && !choices.includes(value) ? [value, ...choices] : choices;
  return (
    <Select
      label={label}
      className="max-w-40!"
      value={value}
      choices={[
        { value: '', title: all },
        ...offered.map((each) => ({ value: each, title: each })),
      ]}
      onChange={onChange}
    />
  );
}

function NothingFound({ none }: { none: boolean }) {
  return (
    <EmptyState
      icon={<FlaskConical size={22} />}
      title={none ? 'No experiments yet' : 'No experiment is like that'}
      action={
        none ? (
          <Button tone="accent" onClick={() => openEditor()}>
            New experiment
          </Button>
        ) : (
          <Button
            onClick={() =>
              setUrl({ q: null, pattern: null, fault: null, tag: null, state: null }, 'push')
            }
          >
            Show all
          </Button>
        )
      }
    >
      {none
        ? 'Documents in scenarios/experiments are listed here, and those you save yourself.'
        : 'Fewer words, or another filter, show more.'}
    </EmptyState>
  );
}

function Rows({ experiments, of }: { experiments: readonly ExperimentSummary[]; of: number }) {
  const [at, setAt] = useUrlState('at', optional);
  const list = useRef<HTMLUListElement>(null);
  const index = experiments.findIndex(({ name }) => name === at);
  const move = (step: number) => {
    const next = experiments[index === -1 ? (step > 0 ? 0 : experiments.length - 1) : index + step];
    if (next) setAt(next.name);
  };
  useKeys([
    { keys: 'j', label: 'Next experiment', group: 'This page', run: () => move(1) },
    { keys: 'k', label: 'Previous experiment', group: 'This page', run: () => move(-1) },
    {
      keys: 'enter',
      label: 'Open the experiment',
      group: 'This page',
      run: () => at !== null && index !== -1 && openExperiment(at),
    },
  ]);
  useEffect(() => {
    if (at === null) return;
    list.current?.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const usualMs = experiments.reduce((sum, { aboutMs }) => sum + aboutMs, 0);
  return (
    <>
      <ul ref={list} aria-label="Experiments">
        {experiments.map((experiment) => (
          <ExperimentRow
            key={experiment.name}
            experiment={experiment}
            at={experiment.name === at}
          />
        ))}
      </ul>
      <p className="px-3.5 py-3 text-sm text-faint">
        {plural(experiments.length, 'experiment')}
        {experiments.length < of && ` of ${of}`}, about {formatMinutes(usualMs)} when all are run.
      </p>
    </>
  );
}
