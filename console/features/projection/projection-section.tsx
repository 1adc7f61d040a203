'use client';
import type { Projections, ProjectionStatus } from '@faultline/server/contract';
import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/button.tsx';
import { Metric } from '@/components/metric.tsx';
import { Section } from '@/components/panel.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { actions } from '@/lib/actions.ts';
import { getJson } from '@/lib/api.ts';
import { durationParts, formatCount, formatPercent } from '@/lib/format.ts';
import { usePolling } from '@/lib/live.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { useAction } from '@/lib/use-action.ts';

const LOOK_EVERY_MS = 1000;

/** How far a service's projection is behind its log, and building it anew; nothing for services without one. */
export function ProjectionSection({ service }: { service: string }) {
  const polling = usePolling(LOOK_EVERY_MS);
  const { data } = useQuery({
    queryKey: queryKeys.projections,
    queryFn: ({ signal }) => getJson<Projections>('/projections', {}, signal),
    refetchInterval: ({ state }) =>
      state.data?.projections.some((one) => one.service === service) ? polling : false,
  });
  const rebuild = useAction();
  const projection = data?.projections.find((one) => one.service === service);
  if (!projection) return null;
  const { status, problem } = projection;
  return (
    <Section
      title="Projection"
      aside={
        <Button
          busy={rebuild.busy}
          disabled={!status || status.building !== null}
          onClick={() =>
            rebuild.run(actions.rebuildProjection(service), {
              failed: `Could not rebuild the projection of ${service}`,
              done: () => ({ text: `The projection of ${service} is being rebuilt` }),
              invalidate: [queryKeys.projections],
            })
          }
        >
          Rebuild from the log
        </Button>
      }
    >
      {status ? <Status status={status} /> : <p className="text-bad">{problem}</p>}
    </Section>
  );
}

function Status({ status }: { status: ProjectionStatus }) {
  const { head, lagEvents, lagMs, building, rebuiltAt, serving } = status;
  return (
    <>
      <div className="grid grid-cols-3 gap-2">
        <Metric
          label="Behind"
          tone={lagEvents > 0 ? 'warn' : 'strong'}
          quantity={{ value: formatCount(lagEvents), unit: lagEvents === 1 ? 'event' : 'events' }}
        />
        <Metric label="For" quantity={durationParts(lagMs)} />
        <Metric label="Log" quantity={{ value: formatCount(head), unit: 'events' }} />
      </div>
      {building ? (
        <div className="mt-3">
          <p className="text-muted">
            Generation {building.generation} is being built: {formatCount(building.checkpoint)} of{' '}
            {formatCount(head)} events ({formatPercent(building.checkpoint / Math.max(1, head))}).
            Generation {serving.generation} serves meanwhile.
          </p>
          <progress
            className="mt-1 h-1 w-full"
            aria-label="Progress of the rebuild"
            max={Math.max(1, head)}
            value={building.checkpoint}
          />
        </div>
      ) : (
        <p className="mt-3 text-muted">
          Generation {serving.generation} serves
          {rebuiltAt !== null && (
            <>
              , rebuilt <RelativeTime at={rebuiltAt} />
            </>
          )}
          .
        </p>
      )}
    </>
  );
}
