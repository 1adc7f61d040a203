'use client';
import type { FleetView } from '@faultline/server/contract';
import { Power, X } from 'lucide-react';
import { Button } from '@/components/button.tsx';
import { HealthDot } from '@/components/health-dot.tsx';
import { PageWithPanel } from '@/components/panel.tsx';
import { useServerNow } from '@/components/relative-time.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { ErrorState, SkeletonRows } from '@/components/states.tsx';
import { Table, type Column } from '@/components/table.tsx';
import { openOverlay } from '@/features/frame/overlay.ts';
import { LaunchState } from '@/features/launch/launch-state.tsx';
import { RuntimeIcon } from '@/features/launch/runtime-icon.tsx';
import { RUNTIME_MANNER } from '@/features/launch/runtime-words.ts';
import { actions } from '@/lib/actions.ts';
import {
  formatAbsolute,
  formatBytes,
  formatDuration,
  formatPercent,
  NOTHING,
  plural,
} from '@/lib/format.ts';
import { useFleet, useInstances } from '@/lib/queries.ts';
import { queryKeys } from '@/lib/query-keys.ts';
import { optional } from '@/lib/url-codec.ts';
import { useAction } from '@/lib/use-action.ts';
import { useUrlState } from '@/lib/url-state.ts';
import { InstanceActions } from './instance-actions.tsx';
import { OutputPanel } from './output-panel.tsx';
import { fleetRows, type FleetRow } from './rows.ts';
import { ScaleStepper } from './scale-stepper.tsx';

/** Every instance, what it uses, and what can be done to it. */
export function FleetPage() {
  const fleet = useFleet();
  const usage = useInstances();
  const [service, setService] = useUrlState('service', optional);
  const [chosen, setChosen] = useUrlState('instance', optional);
  if (!fleet.data) {
    return fleet.error ? (
      <ErrorState
        className="h-full"
        what="The fleet could not be asked for"
        error={fleet.error}
        onRetry={() => void fleet.refetch()}
      />
    ) : (
      <SkeletonRows />
    );
  }
  if (fleet.data.state === 'stopped' || fleet.data.state === 'launching') {
    return <LaunchState fleet={fleet.data} />;
  }
  const rows = fleetRows(fleet.data, usage.data ?? [], service);
  const row = rows.find((candidate) => candidate.instance.id === chosen);
  return (
    <PageWithPanel
      panel={row && <OutputPanel key={row.instance.id} row={row} onClose={() => setChosen(null)} />}
    >
      <FleetBar fleet={fleet.data} service={service} onWhole={() => setService(null)} />
      <Table
        label="Instances"
        columns={columns(setChosen)}
        rows={rows}
        rowKey={(each) => each.instance.id}
        selected={chosen}
        onSelect={(each) => setChosen(each.instance.id)}
        rowTone={(each) => (each.instance.state === 'crashed' ? 'bad' : 'plain')}
        empty={<p className="p-3.5 text-muted">No instance is called that.</p>}
      />
    </PageWithPanel>
  );
}

function FleetBar({
  fleet,
  service,
  onWhole,
}: {
  fleet: FleetView;
  service: string | null;
  onWhole: () => void;
}) {
  const { run, busy } = useAction();
  const count = fleet.services.flatMap((part) => part.instances).length;
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-2.5 border-b border-line px-3.5 py-2">
      <span className={fleet.state === 'ready' ? 'text-ok' : 'text-warn'}>{fleet.state}</span>
      <span className="text-muted">
        {plural(fleet.services.length, 'service')}, {plural(count, 'instance')}{' '}
        {RUNTIME_MANNER[fleet.runtime]}
        {fleet.usage &&
          `, ${formatBytes(fleet.usage.memoryBytes)}, ${formatPercent(fleet.usage.cpuRatio)} of one core`}
      </span>
      {service !== null && (
        <Button size="small" onClick={onWhole} icon={<X size={12} />}>
          only {service}
        </Button>
      )}
      <span className="flex-1" />
      <Button
        icon={<RuntimeIcon kind={fleet.runtime} size={13} />}
        onClick={() => openOverlay('launch')}
        aria-haspopup="dialog"
        data-testid="change-runtime"
      >
        Change the runtime…
      </Button>
      <Button
        icon={<Power size={13} />}
        busy={busy || fleet.state === 'stopping'}
        onClick={() =>
          run(actions.stopFleet(), {
            failed: 'Could not stop the fleet',
            invalidate: [queryKeys.fleet],
            done: () => ({ text: 'The fleet stops; its data stay' }),
          })
        }
      >
        Stop the fleet
      </Button>
    </div>
  );
}

function columns(onOutput: (instance: string) => void): readonly Column<FleetRow>[] {
  return [
    {
      key: 'service',
      title: 'Service',
      render: ({ part, first }) =>
        first ? (
          <ServiceName service={part.name} strong />
        ) : (
          <span className="sr-only">{part.name}</span>
        ),
    },
    {
      key: 'scale',
      title: 'Scale',
      wide: true,
      render: ({ part, kind, first }) =>
        first && kind === 'service' ? (
          <span onClick={(event) => event.stopPropagation()}>
            <ScaleStepper part={part} />
          </span>
        ) : null,
    },
    {
      key: 'instance',
      title: 'Instance',
      render: ({ instance }) => (
        <span className="inline-flex items-center gap-2 text-strong">
          <HealthDot state={instance.state} /> {instance.id}
        </span>
      ),
    },
    {
      key: 'state',
      title: 'State',
      render: ({ instance }) => (
        <span
          className={instance.state === 'crashed' ? 'text-bad' : 'text-muted'}
          title={instance.detail ?? undefined}
        >
          {instance.state}
          {instance.detail === null ? '' : ' …'}
        </span>
      ),
    },
    {
      key: 'up',
      title: 'Up for',
      align: 'right',
      wide: true,
      render: ({ instance }) => (
        <Uptime
          startedAt={
            instance.state === 'stopped' || instance.state === 'crashed' ? null : instance.startedAt
          }
        />
      ),
    },
    {
      key: 'restarts',
      title: 'Restarts',
      align: 'right',
      wide: true,
      render: ({ instance }) => (
        <span className={instance.restarts > 0 ? 'text-warn' : ''}>{instance.restarts}</span>
      ),
    },
    {
      key: 'cpu',
      title: 'CPU of a core',
      align: 'right',
      wide: true,
      render: ({ usage }) =>
        typeof usage?.cpuRatio === 'number' ? formatPercent(usage.cpuRatio) : NOTHING,
    },
    {
      key: 'memory',
      title: 'Memory',
      align: 'right',
      render: ({ usage }) =>
        typeof usage?.rssBytes === 'number' ? formatBytes(usage.rssBytes) : NOTHING,
    },
    {
      key: 'lag',
      title: 'Loop lag',
      align: 'right',
      wide: true,
      render: ({ usage }) =>
        typeof usage?.eventLoopLagMs === 'number' ? formatDuration(usage.eventLoopLagMs) : NOTHING,
    },
    {
      key: 'actions',
      title: '',
      align: 'right',
      width: '1%',
      render: ({ instance, kind }) =>
        kind === 'service' ? (
          <InstanceActions instance={instance} onOutput={() => onOutput(instance.id)} />
        ) : null,
    },
  ];
}

function Uptime({ startedAt }: { startedAt: number | null }) {
  const now = useServerNow(1000);
  if (startedAt === null) return NOTHING;
  return (
    <span title={`since ${formatAbsolute(startedAt)}`}>
      {formatDuration(Math.floor(Math.max(1000, now - startedAt) / 1000) * 1000)}
    </span>
  );
}
