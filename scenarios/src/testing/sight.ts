import type {
  Breaker,
  LinkRed,
  LogRecord,
  MetricSeries,
  RedSnapshot,
  Saga,
  ServiceRed,
} from '@faultline/collector/contract';
import type { FleetStatus } from '@faultline/fleet';
import type { Sight } from '../probes/model.ts';
import { createMemoryFleet } from './memory-fleet.ts';

/** Numbers of a hundred good calls in ten seconds; whatever a test does not say is ordinary. */
export function redNumbers(said: Partial<ServiceRed> = {}) {
  const { count = 100, errorCount = 0 } = said;
  return {
    ratePerS: count / 10,
    errorRatio: count === 0 ? 0 : errorCount / count,
    p50Ms: count === 0 ? null : 10,
    p95Ms: count === 0 ? null : 20,
    p99Ms: count === 0 ? null : 30,
    count,
    errorCount,
    ...said,
  };
}

/** RED of a service. */
export function serviceRed(service: string, said: Partial<ServiceRed> = {}): ServiceRed {
  return { service, ...redNumbers(said) };
}

/** RED of a link on which nothing is retried or rejected. */
export function linkRed(link: string, said: Partial<LinkRed> = {}): LinkRed {
  const [from = '', to = ''] = link.split('->');
  return { link, from, to, attemptsPerCall: 1, rejectedPerS: 0, ...redNumbers(said), ...said };
}

/** A snapshot of these services and links. */
export function snapshot(services: ServiceRed[], links: LinkRed[] = []): RedSnapshot {
  return { at: 0, windowMs: 10_000, services, links };
}

/** A breaker without evidence. */
export function breakerOf(link: string, instance: string, state: Breaker['state']): Breaker {
  const evidence = { windowMs: 10_000, calls: 0, failures: 0, slow: 0 };
  return { link, instance, state, since: 0, evidence };
}

/** A saga that moved last at `at`. */
export function sagaAt(state: Saga['state'], at: number): Saga {
  return {
    ...{ id: `${state}-${at}`, orderId: 'o-1', style: 'orchestrated', state, step: 'pay' },
    ...{ startedAt: at - 100, updatedAt: at, traceId: null, reason: null, waitingFor: null },
    endedAt: state === 'completed' || state === 'compensated' ? at : null,
    remaining: [],
  };
}

/** An event of orders. */
export function eventAt(
  at: number,
  eventName: string,
  attributes: LogRecord['attributes'] = {},
): LogRecord {
  return {
    ...{ id: `${at}`, at, severity: 'info', service: 'orders', instance: 'orders-1' },
    ...{ body: eventName, eventName, traceId: null, spanId: null, attributes },
  };
}

/** One series for each list of values. */
export function seriesOf(...lists: (number | null)[][]): MetricSeries {
  return {
    ...{ name: 'm', aggregate: 'last', from: 0, to: 1000, stepMs: 1000, truncated: false },
    series: lists.map((values, index) => ({
      ...{ service: 'orders', instance: `orders-${index + 1}`, labels: {}, values },
    })),
  };
}

/** The fleet that {@link createFakeSight} shows: two orders, one payments, and the broker. */
export function statusOfTests(): FleetStatus {
  return createMemoryFleet({
    services: { orders: ['orders-1', 'orders-2'], payments: ['payments-1'], edge: ['edge-1'] },
    resources: { kafka: ['kafka-1'] },
    links: [
      { name: 'orders->payments', proxies: [] },
      { name: 'orders->kafka', kind: 'broker', proxies: [] },
    ],
  }).status();
}

/** A sight of nothing but what a test says; the logs are one page. */
export function createFakeSight(said: Partial<Sight> & { log?: LogRecord[] } = {}): Sight {
  const { log = [], ...sight } = said;
  const counts = { running: 0, completed: 0, compensated: 0, stuck: 0 };
  return {
    red: async () => snapshot([]),
    breakers: async () => [],
    sagas: async () => ({ counts, sagas: [], nextCursor: null }),
    logs: async ({ event = '*', from = 0, to = Infinity }) => ({
      logs: log.filter(
        ({ eventName, at }) =>
          at >= from &&
          at <= to &&
          (event.endsWith('*')
            ? (eventName ?? '').startsWith(event.slice(0, -1))
            : eventName === event),
      ),
      nextCursor: null,
    }),
    metrics: async () => seriesOf(),
    fasterThan: async () => ({ good: 0, total: 0 }),
    fleet: statusOfTests,
    topics: async () => [],
    invariants: async () => ({ holds: true, checkedAt: 0, invariants: [] }),
    http: async () => ({ kind: 'refused', detail: 'nobody listens' }),
    ...sight,
  };
}
