'use client';
import type { Topic, TopicGroup } from '@faultline/server/contract';
import dynamic from 'next/dynamic';
import { Button } from '@/components/button.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { EmptyState, Skeleton } from '@/components/states.tsx';
import { errorDetail } from '@/lib/api.ts';
import { formatCount, formatDuration, formatRate, NOTHING, plural } from '@/lib/format.ts';
import { choice } from '@/lib/url-codec.ts';
import { useTimeRange, useUrlState } from '@/lib/url-state.ts';
import { DrainWords, LagBar } from './lag-bar.tsx';
import { useLag } from './topic-queries.ts';

// Recharts is large: it is loaded when the first topic opens.
const LagChart = dynamic(async () => (await import('./lag-chart.tsx')).LagChart, {
  ssr: false,
  loading: () => <Skeleton className="h-52 w-full" />,
});

const BY = choice('group', 'partition');

/** The consumer groups of a topic: their lag over time, and every partition. */
export function Readers({ topic }: { topic: Topic }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <LagSection topic={topic.name} />
      {topic.groups.length === 0 && (
        <EmptyState title="Nobody reads this topic">
          A group appears when a service first asks for its messages.
        </EmptyState>
      )}
      {topic.groups.map((group) => (
        <GroupSection key={group.group} group={group} topic={topic} />
      ))}
    </div>
  );
}

function LagSection({ topic }: { topic: string }) {
  const [by, setBy] = useUrlState('by', BY);
  const [range] = useTimeRange();
  const lag = useLag(topic);
  return (
    <section className="border-b border-line px-3.5 py-3" aria-label="Lag over time">
      <div className="mb-2 flex items-center gap-2">
        <h2 className="text-xs font-semibold tracking-[.04em] text-faint uppercase">
          Lag,{' '}
          {range ? `chosen range, ${formatDuration(range.to - range.from)}` : 'last 10 minutes'}
        </h2>
        <div role="group" aria-label="Lines" className="ml-auto flex gap-1">
          {(['group', 'partition'] as const).map((each) => (
            <Button size="small" key={each} pressed={by === each} onClick={() => setBy(each)}>
              per {each}
            </Button>
          ))}
        </div>
      </div>
      {lag.data ? (
        lag.data.series.length > 0 ? (
          <LagChart series={lag.data} by={by} />
        ) : (
          <p className="py-6 text-center text-muted">No reader told its lag in this time.</p>
        )
      ) : lag.error ? (
        <p className="text-bad">{errorDetail(lag.error)}</p>
      ) : (
        <Skeleton className="h-52 w-full" />
      )}
    </section>
  );
}

const CELL = 'h-8 border-b border-line px-2 whitespace-nowrap first:pl-3.5';
const HEAD = 'px-2 py-1 text-left text-xs font-medium text-faint first:pl-3.5';

function GroupSection({ group, topic }: { group: TopicGroup; topic: Topic }) {
  const readerOf = (partition: number) =>
    group.members.find(({ partitions }) => partitions.includes(partition))?.clientId ?? null;
  return (
    <section data-testid={`group-${group.group}`} className="border-b border-line pb-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3.5 py-2.5">
        <ServiceName service={group.group} strong />
        <span className="text-muted" title="State of the group, as the broker tells it">
          {group.brokerState.toLowerCase()}, {plural(group.members.length, 'member')}
        </span>
        <LagBar of={group} />
        <DrainWords of={group} />
        <span className="text-muted tabular-nums">
          {group.outPerS === null ? NOTHING : formatRate(group.outPerS)} /s out
        </span>
      </div>
      <div className="overflow-x-auto">
        <table
          className="w-full border-separate border-spacing-0 tabular-nums"
          aria-label={`Partitions read by ${group.group}`}
        >
          <thead>
            <tr>
              {['Partition', 'Messages', 'Committed', 'Lag', 'In', 'Out', 'All read', 'Reader'].map(
                (title) => (
                  <th key={title} scope="col" className={HEAD}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {group.partitions.map((own) => {
              const ends = topic.partitions.find(({ partition }) => partition === own.partition);
              return (
                <tr key={own.partition}>
                  <td className={CELL}>{own.partition}</td>
                  <td className={CELL} title={ends && `offsets ${ends.low} to ${ends.high}`}>
                    {formatCount(ends?.messages ?? 0)}
                  </td>
                  <td className={CELL}>{own.committed ?? NOTHING}</td>
                  <td className={CELL}>
                    <LagBar of={own} />
                  </td>
                  <td className={CELL}>{rate(ends?.inPerS)}</td>
                  <td className={CELL}>{rate(own.outPerS)}</td>
                  <td className={CELL}>
                    <DrainWords of={own} />
                  </td>
                  <td className={CELL}>
                    {readerOf(own.partition) ?? <span className="text-muted">nobody</span>}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function rate(perSecond: number | null | undefined): string {
  return perSecond === null || perSecond === undefined ? NOTHING : `${formatRate(perSecond)} /s`;
}
