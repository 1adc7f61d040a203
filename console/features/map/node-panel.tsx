'use client';
import type { FleetView, Part } from '@faultline/server/contract';
import NextLink from 'next/link';
import { Metric, Num } from '@/components/metric.tsx';
import { HealthDot } from '@/components/health-dot.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { ServiceName } from '@/components/service-name.tsx';
import { ActiveFaultLine } from '@/features/faults/active-fault.tsx';
import { BreakForm } from '@/features/faults/break-form.tsx';
import { Select } from '@/features/faults/fault-fields.tsx';
import { InstanceActions } from '@/features/fleet/instance-actions.tsx';
import { SchemaSection } from '@/features/projection/schema-section.tsx';
import { TargetPatterns } from '@/features/patterns/target-patterns.tsx';
import { ProjectionSection } from '@/features/projection/projection-section.tsx';
import { ScaleStepper } from '@/features/fleet/scale-stepper.tsx';
import {
  durationParts,
  formatCount,
  formatDuration,
  formatLink,
  formatPercent,
  formatRate,
  NOTHING,
  percentValue,
  plural,
} from '@/lib/format.ts';
import { HEALTH_TEXT, healthOf } from '@/lib/health.ts';
import { useFaultKinds, useRed } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { useState } from 'react';
import { edgeHealth } from './edge-look.ts';
import { useFaultsOnInstances, useServiceRed } from './map-data.ts';
import { RedSection } from './red-section.tsx';
import { useMapMoves } from './map-selection.ts';

/** One service or resource: its numbers, operations, instances and lines. */
export function NodePanel({
  part,
  fleet,
  onClose,
}: {
  part: Part;
  fleet: FleetView;
  onClose: () => void;
}) {
  const service = fleet.services.some((candidate) => candidate.name === part.name);
  const faults = useFaultsOnInstances(part.instances.map((instance) => instance.id));
  return (
    <Panel
      kind={service ? 'Service' : 'Resource'}
      title={part.name}
      aside={plural(part.instances.length, 'instance')}
      onClose={onClose}
    >
      <Section>
        <p className="text-muted">{part.purpose}.</p>
        {service && part.layer !== 'load' && <Numbers service={part.name} />}
        {service && <Doors service={part.name} />}
      </Section>
      {faults.length > 0 && (
        <Section title="Active faults" tone="fault">
          {faults.map((fault) => (
            <ActiveFaultLine key={fault.id} fault={fault} />
          ))}
        </Section>
      )}
      {service && part.layer !== 'load' && <RedSection of={{ service: part.name }} />}
      {service && <ProjectionSection service={part.name} />}
      {part.name === 'catalog' && <SchemaSection service={part.name} />}
      {service && <Operations service={part.name} />}
      {service && <TargetPatterns target={{ kind: 'service', name: part.name }} />}
      <Section title="Instances" aside={service ? <ScaleStepper part={part} /> : undefined}>
        <Instances part={part} />
      </Section>
      {service && <BreakInstance part={part} />}
      <Lines name={part.name} fleet={fleet} />
    </Panel>
  );
}

function Numbers({ service }: { service: string }) {
  const red = useServiceRed(service);
  const health = healthOf(red);
  const tone = health === 'bad' || health === 'warn' ? health : 'strong';
  return (
    <div className="mt-3 grid grid-cols-4 gap-2">
      <Metric
        label="Rate"
        quantity={{ value: red ? formatRate(red.ratePerS) : NOTHING, unit: '/s' }}
      />
      <Metric
        label="Errors"
        tone={tone}
        quantity={
          red && red.count > 0
            ? { value: percentValue(red.errorRatio), unit: '%' }
            : { value: NOTHING, unit: '' }
        }
        title={
          red ? `${formatCount(red.errorCount)} of ${formatCount(red.count)} in the last 10 s` : ''
        }
      />
      <Metric label="p50" quantity={durationParts(red?.p50Ms)} />
      <Metric label="p95" quantity={durationParts(red?.p95Ms)} />
    </div>
  );
}

function Doors({ service }: { service: string }) {
  const href = usePageHref();
  return (
    <p className="mt-3 flex gap-3 text-accent">
      <NextLink className="hover:underline" href={href('/traces', { service })}>
        Traces
      </NextLink>
      <NextLink className="hover:underline" href={href('/traces', { service, status: 'error' })}>
        Failed traces
      </NextLink>
      <NextLink className="hover:underline" href={href('/logs', { service })}>
        Logs
      </NextLink>
      <NextLink className="hover:underline" href={href('/fleet', { service })}>
        Fleet
      </NextLink>
    </p>
  );
}

function Operations({ service }: { service: string }) {
  const href = usePageHref();
  const rows = (useRed().data?.services ?? []).filter(
    (row) => row.service === service && row.operation !== undefined,
  );
  if (rows.length === 0) return null;
  return (
    <Section title="Operations">
      <table aria-label={`Operations of ${service}`} className="w-full table-fixed tabular-nums">
        <tbody>
          {rows.map((row) => (
            <tr key={row.operation}>
              <td className="truncate py-1 pr-2">
                <NextLink
                  title={row.operation}
                  className="hover:underline"
                  href={href('/traces', { service, operation: row.operation ?? null })}
                >
                  {row.operation}
                </NextLink>
              </td>
              <td className="w-14 py-1 text-right">
                <Num size="text" quantity={{ value: formatRate(row.ratePerS), unit: '/s' }} />
              </td>
              <td className={`w-13 py-1 text-right ${HEALTH_TEXT[healthOf(row)]}`}>
                {row.count === 0 ? NOTHING : formatPercent(row.errorRatio)}
              </td>
              <td className="w-15 py-1 text-right">{formatDuration(row.p95Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Instances({ part }: { part: Part }) {
  if (part.instances.length === 0) return <p className="text-muted">None: scaled to zero.</p>;
  return (
    <ul className="flex flex-col">
      {part.instances.map((instance) => (
        <li
          key={instance.id}
          data-testid={`instance-${instance.id}`}
          className="flex min-h-8 items-center gap-2"
        >
          <HealthDot state={instance.state} />
          <span className="text-strong">{instance.id}</span>
          <span className="min-w-0 flex-1 truncate text-muted" title={instance.detail ?? undefined}>
            {instance.state}
            {instance.detail === null || instance.detail === instance.state
              ? ''
              : `, ${instance.detail}`}
          </span>
          {instance.restarts > 0 && (
            <span className="text-faint">{plural(instance.restarts, 'restart')}</span>
          )}
          <InstanceActions instance={instance} />
        </li>
      ))}
    </ul>
  );
}

function BreakInstance({ part }: { part: Part }) {
  const kinds = useFaultKinds().data?.filter((kind) => kind.selects === 'instance') ?? [];
  const [instance, setInstance] = useState<string>('');
  const target = part.instances.some((candidate) => candidate.id === instance) ? instance : '';
  if (kinds.length === 0 || part.instances.length === 0) return null;
  return (
    <Section
      title="Break this service"
      aside={
        <Select
          label="Instance"
          value={target}
          onChange={setInstance}
          choices={[
            { value: '', title: 'every instance' },
            ...part.instances.map((candidate) => ({ value: candidate.id, title: candidate.id })),
          ]}
        />
      }
    >
      <BreakForm
        kinds={kinds}
        selectorOf={() => (target === '' ? { service: part.name } : { instance: target })}
        hits={
          target === ''
            ? `Hits ${plural(part.instances.length, 'instance')} of ${part.name}.`
            : `Hits ${target}.`
        }
      />
    </Section>
  );
}

function Lines({ name, fleet }: { name: string; fleet: FleetView }) {
  const { chooseEdge } = useMapMoves();
  const red = useRed().data?.links ?? [];
  const lines = fleet.links.filter((link) => link.from === name || link.to === name);
  return (
    <Section title="Lines">
      <ul className="-mx-1.5 flex flex-col">
        {lines.map((link) => {
          const row = red.find((candidate) => candidate.link === link.name);
          return (
            <li key={link.name}>
              <button
                type="button"
                onClick={() => chooseEdge(link.name)}
                aria-label={formatLink(link.name)}
                className="flex h-7 w-full items-center gap-2 rounded-sm px-1.5 text-left hover:bg-hover"
              >
                <span className="text-faint">{link.from === name ? 'to' : 'from'}</span>
                <ServiceName service={link.from === name ? link.to : link.from} />
                <span className="flex-1" />
                {link.faults.length > 0 && <span className="text-fault">⚡</span>}
                <span className={HEALTH_TEXT[edgeHealth(row)]}>
                  {row ? `${formatRate(row.ratePerS)} /s` : NOTHING}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
