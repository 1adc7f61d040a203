'use client';
import type { Saga, SagaPage } from '@faultline/collector/contract';
import clsx from 'clsx';
import { Skeleton } from '@/components/states.tsx';
import { formatCount, formatPercent } from '@/lib/format.ts';
import { FUNNEL, SAGA_MEANING } from './saga-words.ts';

type Filter = Saga['state'] | 'all';

const TEXT = {
  running: 'text-accent',
  completed: 'text-ok',
  compensated: 'text-warn',
  stuck: 'text-bad',
} as const;

const FILL = {
  running: 'bg-accent',
  completed: 'bg-ok',
  compensated: 'bg-warn',
  stuck: 'bg-bad',
} as const;

/** The states sagas are in, as doors to the list behind each number. */
export function Funnel({
  counts,
  chosen,
  onChoose,
}: {
  counts: SagaPage['counts'] | undefined;
  chosen: Filter;
  onChoose: (state: Filter) => void;
}) {
  if (!counts) return <Skeleton className="m-3.5 h-16" />;
  const whole = Math.max(1, counts.running + counts.completed + counts.compensated + counts.stuck);
  return (
    <div role="group" aria-label="States" className="grid grid-cols-4 border-b border-line">
      {FUNNEL.map((state) => {
        const count = counts[state];
        return (
          <button
            key={state}
            type="button"
            aria-pressed={chosen === state}
            data-testid={`sagas-${state}`}
            title={SAGA_MEANING[state]}
            onClick={() => onChoose(chosen === state ? 'all' : state)}
            className={clsx(
              'border-r border-line px-3.5 py-2.5 text-left last:border-r-0 hover:bg-hover',
              chosen === state && 'bg-accent-soft',
            )}
          >
            <span className="block text-xs text-faint">{state}</span>
            <span
              className={clsx(
                'text-xl leading-7 font-semibold tracking-[-.02em] tabular-nums',
                count === 0 ? 'text-muted' : TEXT[state],
              )}
            >
              {formatCount(count)}
            </span>
            <span className="ml-1.5 text-sm text-muted max-md:hidden">
              {formatPercent(count / whole)} of {formatCount(whole)}
            </span>
            <span aria-hidden className="mt-1 block h-[3px] rounded-full bg-hover">
              <i
                className={clsx('block h-full rounded-full', FILL[state])}
                style={{ width: `${(count / whole) * 100}%` }}
              />
            </span>
          </button>
        );
      })}
    </div>
  );
}
