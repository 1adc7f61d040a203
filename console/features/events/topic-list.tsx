'use client';
import type { Topic } from '@faultline/server/contract';
import clsx from 'clsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { formatCount, formatRate, formatRelative, NOTHING, plural } from '@/lib/format.ts';
import { optional } from '@/lib/url-codec.ts';
import { setUrl, useUrlState } from '@/lib/url-state.ts';
import { useKeys } from '@/lib/use-keys.ts';
import { DrainWords, LagBar } from './lag-bar.tsx';
import { worstGroup } from './lag-words.ts';

const GRID =
  'grid grid-cols-[minmax(8rem,1.4fr)_5.5rem_minmax(6rem,1fr)_8rem_9rem_minmax(7rem,1fr)] items-center gap-x-3 px-3.5 max-md:grid-cols-[minmax(0,1fr)_5.5rem_4.5rem]';
const WIDE = 'max-md:hidden';

/** Topics with their rates, readers and dead letters; Enter or a click opens one. */
export function TopicList({ topics }: { topics: readonly Topic[] }) {
  const [row, setRow] = useUrlState('row', optional);
  const index = topics.findIndex(({ name }) => name === row);
  const step = (by: number) => {
    const next = topics[index === -1 ? 0 : index + by];
    if (next) setRow(next.name);
  };
  useKeys([
    { keys: 'j', label: 'Next topic', group: 'This page', run: () => step(1) },
    { keys: 'k', label: 'Previous topic', group: 'This page', run: () => step(-1) },
    {
      keys: 'enter',
      label: 'Open the topic',
      group: 'This page',
      run: () => row !== null && index >= 0 && openTopic(row),
    },
  ]);
  return (
    <div role="table" aria-label="Topics" className="min-h-0 flex-1 overflow-auto">
      <div role="row" className={clsx(GRID, 'h-8 border-b border-line text-xs text-faint')}>
        <span role="columnheader">Topic</span>
        <span role="columnheader" className={clsx(WIDE, 'text-right')}>
          In
        </span>
        <span role="columnheader" className={WIDE}>
          Readers
        </span>
        <span role="columnheader">Lag</span>
        <span role="columnheader" className={WIDE}>
          All read
        </span>
        <span role="columnheader" className="truncate">
          Dead letters
        </span>
      </div>
      {topics.map((topic) => (
        <TopicRow key={topic.name} topic={topic} lit={topic.name === row} />
      ))}
    </div>
  );
}

/** Opens a topic, on one of its views. */
export function openTopic(topic: string, view: 'messages' | 'dead' | null = null): void {
  setUrl({ topic, view, row: topic, msg: null }, 'push');
}

function TopicRow({ topic, lit }: { topic: Topic; lit: boolean }) {
  const worst = worstGroup(topic);
  return (
    <div
      role="row"
      aria-selected={lit}
      data-testid={`topic-${topic.name}`}
      onClick={() => openTopic(topic.name)}
      className={clsx(
        GRID,
        'min-h-10 cursor-pointer border-b border-line py-1.5',
        lit ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span role="cell" className="min-w-0">
        <button
          type="button"
          className="block max-w-full truncate font-semibold text-strong"
          onClick={(event) => {
            event.stopPropagation();
            openTopic(topic.name);
          }}
        >
          {topic.name}
        </button>
        <span className="text-xs text-faint">
          {formatCount(topic.messages)} in {plural(topic.partitions.length, 'partition')}
        </span>
      </span>
      <span role="cell" className={clsx(WIDE, 'text-right tabular-nums')}>
        {topic.inPerS === null ? NOTHING : formatRate(topic.inPerS)}
        <span className="text-muted"> /s</span>
      </span>
      <span role="cell" className={clsx(WIDE, 'flex min-w-0 flex-wrap gap-x-3 gap-y-0.5')}>
        {topic.groups.length === 0 && <span className="text-muted">nobody</span>}
        {topic.groups.map(({ group }) => (
          <ServiceName key={group} service={group} />
        ))}
      </span>
      <span role="cell">
        {worst ? <LagBar of={{ ...worst, lag: sumOfLag(topic) }} /> : <Nothing />}
      </span>
      <span role="cell" className={WIDE}>
        {worst ? <DrainWords of={worst} /> : <Nothing />}
      </span>
      <span role="cell">
        <DeadLetterCount topic={topic} />
      </span>
    </div>
  );
}

function sumOfLag({ groups }: Topic): number {
  return groups.reduce((sum, { lag }) => sum + lag, 0);
}

function Nothing() {
  return <span className="text-faint">{NOTHING}</span>;
}

/** How many wait and since when: the door to them. */
function DeadLetterCount({ topic: { name, deadLetters } }: { topic: Topic }) {
  const now = useServerNow();
  if (deadLetters === null) return <Nothing />;
  const { waiting, oldestAt, count } = deadLetters;
  if (waiting === 0) {
    return <span className="text-muted">{count === 0 ? 'none' : 'none waits'}</span>;
  }
  return (
    <button
      type="button"
      className="text-left text-warn hover:underline"
      onClick={(event) => {
        event.stopPropagation();
        openTopic(name, 'dead');
      }}
    >
      {formatCount(waiting)} wait
      {oldestAt !== null && (
        <span className={clsx(WIDE, 'text-muted')}>, oldest {formatRelative(oldestAt, now)}</span>
      )}
    </button>
  );
}
