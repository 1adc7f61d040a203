'use client';
import type { SchemaPhase, SchemaStatus } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/button.tsx';
import { Section } from '@/components/panel.tsx';
import { actions } from '@/lib/actions.ts';
import { getJson } from '@/lib/api.ts';
import { formatCount } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

const LOOK_EVERY_MS = 1000;

const MEANING: Readonly<Record<SchemaPhase, string>> = {
  before: 'Prices are columns of the products.',
  expand: 'The table of prices is there, and empty.',
  'dual-write': 'Prices are written to both, read from the columns.',
  backfill: 'The rest is copied, batch by batch.',
  'read-new': 'Prices are read from the table, still written to both.',
  contract: 'The columns are gone; the way back makes and fills them again.',
};
/** In the order of the change. Only types may come from the contract: its values need Node. */
const SCHEMA_PHASES = Object.keys(MEANING) as SchemaPhase[];

/** A change of the service's tables while it runs, phase by phase. */
export function SchemaSection({ service }: { service: string }) {
  const key = queryKeys.schema(service);
  const { data } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      getJson<SchemaStatus>(`/schema/${encodeURIComponent(service)}`, {}, signal),
    refetchInterval: usePolling(LOOK_EVERY_MS),
    retry: false,
  });
  const move = useAction();
  if (!data) return null;
  const { phase, settled, backfill, next } = data;
  const go = (to: SchemaPhase | 'all-at-once') =>
    move.run(actions.schemaPhase(service, to), {
      failed: `Could not go to ${to}`,
      invalidate: [key],
    });
  return (
    <Section title="Schema change" aside={settled ? undefined : <span>settling</span>}>
      <ol className="flex flex-wrap gap-x-3 gap-y-1">
        {SCHEMA_PHASES.map((one) => (
          <li
            key={one}
            aria-current={one === phase ? 'step' : undefined}
            className={one === phase ? 'font-semibold text-strong' : 'text-faint'}
          >
            {one}
          </li>
        ))}
      </ol>
      <p className="mt-2 text-muted">
        {MEANING[phase]} {formatCount(backfill.done)} of {formatCount(backfill.total)} copied.
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        {next.map((to) => (
          <Button key={to} busy={move.busy} onClick={() => go(to)}>
            {SCHEMA_PHASES.indexOf(to) > SCHEMA_PHASES.indexOf(phase)
              ? `Go to ${to}`
              : `Back to ${to}`}
          </Button>
        ))}
        {phase === 'before' && (
          <Button
            busy={move.busy}
            title="In one step, as if no other instance were running: requests fail until each has noticed"
            onClick={() => go('all-at-once')}
          >
            All at once (breaks readers)
          </Button>
        )}
      </div>
    </Section>
  );
}
