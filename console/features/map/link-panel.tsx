'use client';
import type { Link } from '@faultline/server/contract';
import NextLink from 'next/link';
import type { ReactNode } from 'react';
import { Metric } from '@/components/metric.tsx';
import { Panel, Section } from '@/components/panel.tsx';
import { Skeleton } from '@/components/states.tsx';
import { ActiveFaultLine } from '@/features/faults/active-fault.tsx';
import { SaveAsExperiment } from '@/features/experiments/save-as-experiment.tsx';
import { BreakForm } from '@/features/faults/break-form.tsx';
import { fitsLine, lineSelector } from '@/features/faults/form-model.ts';
import { TargetPatterns } from '@/features/patterns/target-patterns.tsx';
import {
  durationParts,
  formatCount,
  formatLink,
  formatRate,
  percentValue,
  plural,
} from '@/lib/format.ts';
import { useFaultKinds } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { BreakerSection } from './breaker-section.tsx';
import { edgeHealth } from './edge-look.ts';
import { useFaultsOnLink, useLinkRed } from './map-data.ts';
import { RedSection } from './red-section.tsx';

/** One line: what flows, its breaker, what we did to it, how to break it, its policy. */
export function LinkPanel({ link, onClose }: { link: Link; onClose: () => void }) {
  const faults = useFaultsOnLink(link.name);
  return (
    <Panel
      kind="Line"
      title={formatLink(link.name)}
      aside={plural(link.instances.length, 'instance')}
      onClose={onClose}
    >
      <Section>
        <Numbers link={link.name} />
      </Section>
      {link.kind === 'service' && <BreakerSection link={link.name} />}
      {faults.length > 0 && (
        <Section title={faults.length === 1 ? 'Active fault' : 'Active faults'} tone="fault">
          <div className="flex flex-col gap-2">
            {faults.map((fault) => (
              <ActiveFaultLine key={fault.id} fault={fault} />
            ))}
            <span>
              <SaveAsExperiment faults={faults} />
            </span>
          </div>
        </Section>
      )}
      <Section title="Break this line">
        <BreakLine link={link} />
      </Section>
      <RedSection of={{ link: link.name }} />
      {link.kind === 'service' && <TargetPatterns target={{ kind: 'link', name: link.name }} />}
    </Panel>
  );
}

function Numbers({ link }: { link: string }) {
  const red = useLinkRed(link);
  const href = usePageHref();
  const health = edgeHealth(red);
  const tone = health === 'bad' || health === 'warn' ? health : 'strong';
  const door = (own: Record<string, string>) => (number: ReactNode) => (
    <NextLink href={href('/traces', { link, ...own })} className="rounded-sm hover:underline">
      {number}
    </NextLink>
  );
  const attempts = red?.attemptsPerCall ?? null;
  return (
    <>
      <div className="grid grid-cols-4 gap-2">
        <Metric
          label="Rate"
          quantity={{ value: red ? formatRate(red.ratePerS) : '–', unit: '/s' }}
          title={red ? `${formatCount(red.count)} calls in the last 10 s` : ''}
          door={door({})}
        />
        <Metric
          label="Errors"
          quantity={
            red && red.count > 0
              ? { value: percentValue(red.errorRatio), unit: '%' }
              : { value: '–', unit: '' }
          }
          tone={red && red.errorRatio > 0 ? tone : 'strong'}
          title={
            red
              ? `${formatCount(red.errorCount)} of ${formatCount(red.count)} calls failed in the last 10 s`
              : ''
          }
          door={door({ status: 'error' })}
        />
        <Metric
          label="p95"
          quantity={durationParts(red?.p95Ms)}
          tone={red && red.errorRatio > 0 ? tone : 'strong'}
          title="95 of 100 calls were at least this fast in the last 10 s"
          door={door({ sort: 'slowest' })}
        />
        <Metric
          label="Attempts"
          quantity={
            attempts === null
              ? { value: '–', unit: '' }
              : { value: formatRate(attempts), unit: '/ call' }
          }
          tone={attempts !== null && attempts > 1.2 ? 'warn' : 'strong'}
          title="Attempts that went out for each call, retries included"
        />
      </div>
      {red && red.rejectedPerS > 0 && (
        <p className="mt-2 text-sm text-muted">
          <b className="font-semibold text-bad">{formatRate(red.rejectedPerS)} /s</b> never went
          out: breaker open, bulkhead full or deadline spent
        </p>
      )}
    </>
  );
}

function BreakLine({ link }: { link: Link }) {
  const kinds = useFaultKinds();
  const red = useLinkRed(link.name);
  if (kinds.error) return <p className="text-bad">The kinds of faults could not be loaded.</p>;
  if (!kinds.data) return <Skeleton className="h-32 w-full" />;
  const calls = red ? ` about ${formatRate(red.ratePerS + red.rejectedPerS)} calls/s.` : '';
  return (
    <BreakForm
      kinds={kinds.data.filter((kind) => fitsLine(kind, link))}
      selectorOf={(kind) => lineSelector(kind, link.name)}
      hits={`Hits ${plural(link.instances.length, 'instance')} of ${link.to}${calls === '' ? '.' : `,${calls}`}`}
    />
  );
}
