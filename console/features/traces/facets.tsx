'use client';
import type { TracePage } from '@faultline/collector/contract';
import clsx from 'clsx';
import { ServiceName } from '@/components/service-name.tsx';
import { Skeleton } from '@/components/states.tsx';
import { formatCount } from '@/lib/format.ts';
import { setFilters } from './open-trace.ts';
import type { TraceFilters } from './search-query.ts';

const OPERATIONS_SHOWN = 14;

/** What the matching traces are made of; a click narrows the search, another widens it. */
export function Facets({
  filters,
  facets,
}: {
  filters: TraceFilters;
  facets: TracePage['facets'] | undefined;
}) {
  return (
    <nav
      aria-label="Facets"
      className="w-53 shrink-0 overflow-auto border-r border-line py-3 max-lg:hidden"
    >
      <Facet
        title="Service"
        values={facets?.services}
        chosen={filters.service}
        onChoose={(service) => setFilters({ service, operation: null })}
        coloured
      />
      <Facet
        title="Operation"
        values={facets?.operations.slice(0, OPERATIONS_SHOWN)}
        chosen={filters.operation}
        onChoose={(operation) => setFilters({ operation })}
      />
    </nav>
  );
}

function Facet({
  title,
  values,
  chosen,
  onChoose,
  coloured = false,
}: {
  title: string;
  values: readonly { value: string; count: number }[] | undefined;
  chosen: string | null;
  onChoose: (value: string | null) => void;
  coloured?: boolean;
}) {
  return (
    <section className="mb-4">
      <h2 className="mb-1 px-3.5 text-xs font-semibold tracking-[.04em] text-faint uppercase">
        {title}
      </h2>
      {values === undefined && <Skeleton className="mx-3.5 h-24" />}
      {withChosen(values ?? [], chosen).map(({ value, count }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value === chosen ? null : value)}
          className={clsx(
            'flex w-full items-center gap-2 px-3.5 py-[3px] text-left text-muted hover:bg-hover hover:text-strong',
            value === chosen && 'bg-accent-soft text-strong!',
          )}
        >
          {coloured ? (
            <ServiceName service={value} className="flex-1" />
          ) : (
            <span className="min-w-0 flex-1 truncate" title={value}>
              {value}
            </span>
          )}
          <span className="text-xs text-faint tabular-nums">{formatCount(count)}</span>
        </button>
      ))}
    </section>
  );
}

/** What is chosen stays in reach, also when nothing matches any more. */
function withChosen(values: readonly { value: string; count: number }[], chosen: string | null) {
  if (chosen === null || values.some(({ value }) => value === chosen)) return values;
  return [{ value: chosen, count: 0 }, ...values];
}
