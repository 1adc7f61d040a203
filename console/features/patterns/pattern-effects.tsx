'use client';
import type { PatternView } from '@faultline/server/contract';
import Link from 'next/link';
import { Metric } from '@/components/metric.tsx';
import { Section } from '@/components/panel.tsx';
import { lineBreaker } from '@/features/map/edge-look.ts';
import { useLinkRed, useServiceRed } from '@/features/map/map-data.ts';
import { durationParts, formatRate, NOTHING, percentValue } from '@/lib/format.ts';
import { useBreakers } from '@/lib/queries.ts';
import { usePageHref } from '@/lib/url-state.ts';
import { GaugeList } from './gauges.tsx';
import type { Target } from './pattern-model.ts';

/** What the pattern acts on now: the traffic of its link or service, and its own gauges. */
export function PatternEffects({ target, pattern }: { target: Target; pattern: PatternView }) {
  return (
    <Section title="Now" aside={<span className="text-xs text-faint">last 10 s</span>}>
      {target.kind === 'link' ? (
        <LinkNumbers link={target.name} />
      ) : (
        <ServiceNumbers service={target.name} />
      )}
      <GaugeList target={target} pattern={pattern.name} />
    </Section>
  );
}

const per = (value: number | undefined) => ({
  value: value === undefined ? NOTHING : formatRate(value),
  unit: '/s',
});

function LinkNumbers({ link }: { link: string }) {
  const red = useLinkRed(link);
  const breaker = lineBreaker(useBreakers().data ?? [], link);
  const href = usePageHref();
  const attempts = red?.attemptsPerCall ?? 1;
  const retries = red === undefined ? undefined : red.ratePerS * (1 - 1 / attempts);
  return (
    <>
      <div className="grid grid-cols-4 gap-2">
        <Metric
          label="Rate"
          quantity={per(red?.ratePerS)}
          door={(number) => (
            <Link className="hover:underline" href={href('/traces', { link })}>
              {number}
            </Link>
          )}
        />
        <Metric
          label="Retries"
          quantity={per(retries)}
          tone={(retries ?? 0) > 0.05 ? 'warn' : 'strong'}
          title="Attempts beyond the first of each call"
        />
        <Metric
          label="Rejected"
          quantity={per(red?.rejectedPerS)}
          tone={(red?.rejectedPerS ?? 0) > 0 ? 'bad' : 'strong'}
          title="Never went out: breaker open, bulkhead full or deadline spent"
        />
        <Metric label="p95" quantity={durationParts(red?.p95Ms)} />
      </div>
      <p className="mt-2.5 text-muted">
        Errors {red && red.count > 0 ? `${percentValue(red.errorRatio)} %` : NOTHING}
        {' · '}
        <Link className="text-accent hover:underline" href={href('/breakers', { link })}>
          breaker {breaker?.state ?? 'not seen yet'}
        </Link>
      </p>
    </>
  );
}

function ServiceNumbers({ service }: { service: string }) {
  const red = useServiceRed(service);
  const href = usePageHref();
  return (
    <div className="grid grid-cols-3 gap-2">
      <Metric
        label="Rate"
        quantity={per(red?.ratePerS)}
        door={(number) => (
          <Link className="hover:underline" href={href('/traces', { service })}>
            {number}
          </Link>
        )}
      />
      <Metric
        label="Errors"
        quantity={
          red && red.count > 0
            ? { value: percentValue(red.errorRatio), unit: '%' }
            : { value: NOTHING, unit: '' }
        }
        tone={red && red.errorRatio > 0 ? 'bad' : 'strong'}
      />
      <Metric label="p95" quantity={durationParts(red?.p95Ms)} />
    </div>
  );
}
