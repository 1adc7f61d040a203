import { Gauge, Histogram } from 'prom-client';
import { DURATION_BUCKETS_S, METRIC } from '../core/index.ts';
import type { OutboxChassis } from './outbox-relay.ts';

const COUNT_EVERY_MS = 1000;
/** Published rows stay this long for people to look at. */
const RETENTION = '1 hour';
const SWEEP_EVERY_MS = 60_000;

/**
 * Counts what waits, and now and then removes what is long published.
 *
 * @returns (of the function returned) whether anything waits; `known`: it does
 */
export function createUpkeep(
  { database, clock }: OutboxChassis,
  topic: string,
  setPending: (topic: string, count: number) => void,
): (known: boolean) => Promise<boolean> {
  let countedMs = -Infinity;
  let sweptMs = clock.monotonicMs();
  return async (known) => {
    const now = clock.monotonicMs();
    let waiting = known;
    if (!known || now - countedMs >= COUNT_EVERY_MS) {
      countedMs = now;
      const [row] = await database.query<{ pending: number }>(
        'count outbox',
        `SELECT count(*)::int AS pending FROM outbox WHERE topic = $1 AND published_at IS NULL`,
        [topic],
      );
      setPending(topic, row?.pending ?? 0);
      waiting ||= (row?.pending ?? 0) > 0;
    }
    if (now - sweptMs >= SWEEP_EVERY_MS) {
      sweptMs = now;
      await database.query(
        'sweep outbox',
        `DELETE FROM outbox WHERE published_at < clock_timestamp() - interval '${RETENTION}'`,
      );
    }
    return waiting;
  };
}

/** Registers the instruments that all outboxes of a service share. */
export function createOutboxMetrics({ telemetry }: OutboxChassis) {
  const registers = [telemetry.metrics];
  const existing = telemetry.metrics.getSingleMetric(METRIC.outboxPending);
  const pending =
    (existing as Gauge<'topic'> | undefined) ??
    new Gauge({
      name: METRIC.outboxPending,
      help: 'Rows of the outbox not yet published',
      labelNames: ['topic'],
      registers,
    });
  const duration =
    (telemetry.metrics.getSingleMetric(METRIC.outboxRelayDuration) as Histogram | undefined) ??
    new Histogram({
      name: METRIC.outboxRelayDuration,
      help: 'Commit of a row to acknowledgement by the broker, seconds',
      buckets: [...DURATION_BUCKETS_S],
      registers,
    });
  return {
    setPending: (topic: string, count: number) => pending.set({ topic }, count),
    observe: (ageMs: number) => duration.observe(ageMs / 1000),
  };
}
