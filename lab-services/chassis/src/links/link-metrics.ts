import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS_S, METRIC, type BreakerState } from '../core/index.ts';
import type { LinkParts } from './link-parts.ts';

type ObservedParts = Pick<LinkParts, 'balancer' | 'breaker' | 'bulkhead' | 'retryBudget'>;

/** The instruments that all links of a service share. */
export interface LinkMetrics {
  readonly attempts: Histogram<'link' | 'operation' | 'outcome'>;
  readonly calls: Counter<'link' | 'outcome'>;
  readonly retries: Counter<'link'>;
  readonly retriesRefused: Counter<'link'>;
  readonly hedges: Counter<'link'>;
  /** Shows the state of a link's parts from now on, at every scrape. */
  observe(link: string, parts: ObservedParts): void;
}

const STATE_VALUE: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Registers the instruments; see {@link METRIC} for what each means. */
export function createLinkMetrics(registry: Registry): LinkMetrics {
  const registers = [registry];
  const links = new Map<string, ObservedParts>();
  const gauge = (name: string, help: string, read: (parts: ObservedParts) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['link'],
      registers,
      collect() {
        for (const [link, parts] of links) this.set({ link }, read(parts));
      },
    });
  gauge(METRIC.breakerState, '0 closed, 1 half-open, 2 open', ({ breaker }) => {
    return STATE_VALUE[breaker.state];
  });
  gauge(METRIC.breakerWindowCalls, 'Attempts in the evidence window', ({ breaker }) => {
    return breaker.evidence().calls;
  });
  gauge(METRIC.breakerWindowFailures, 'Failed attempts in the evidence window', ({ breaker }) => {
    return breaker.evidence().failures;
  });
  gauge(METRIC.breakerWindowSlow, 'Slow attempts in the evidence window', ({ breaker }) => {
    return breaker.evidence().slow;
  });
  gauge(METRIC.bulkheadInFlight, 'Calls in flight', ({ bulkhead }) => bulkhead.inFlight);
  gauge(METRIC.bulkheadQueued, 'Calls waiting for a place', ({ bulkhead }) => bulkhead.queued);
  gauge(METRIC.retryBudget, 'Retries the budget would allow now', ({ retryBudget }) => {
    return retryBudget.available;
  });
  gauge(METRIC.ejected, 'Instances left alone now', ({ balancer }) => balancer.ejected);
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['link'], registers });

  return {
    attempts: new Histogram({
      name: METRIC.clientDuration,
      help: 'Duration of attempts, seconds',
      labelNames: ['link', 'operation', 'outcome'],
      buckets: [...DURATION_BUCKETS_S],
      registers,
    }),
    calls: new Counter({
      name: METRIC.calls,
      help: 'Guarded calls by outcome',
      labelNames: ['link', 'outcome'],
      registers,
    }),
    retries: counter(METRIC.retries, 'Attempts after the first'),
    retriesRefused: counter(METRIC.retriesRefused, 'Retries the budget did not allow'),
    hedges: createHedgesCounter(registry),
    observe(link, parts) {
      links.set(link, parts);
    },
  };
}

/** Counts second requests for slow reads; links and the database share it. */
export function createHedgesCounter(registry: Registry): Counter<'link'> {
  const existing = registry.getSingleMetric(METRIC.hedges);
  if (existing) return existing as Counter<'link'>;
  return new Counter({
    name: METRIC.hedges,
    help: 'Second requests for slow reads',
    labelNames: ['link'],
    registers: [registry],
  });
}
