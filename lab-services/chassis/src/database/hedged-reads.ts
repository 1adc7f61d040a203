import type { Pool } from 'pg';
import type { Configuration } from '../configuration/configuration.ts';
import { ATTRIBUTE, EVENT, type Clock } from '../core/index.ts';
import { createHedgesCounter } from '../links/link-metrics.ts';
import type { Telemetry } from '../service.ts';

export interface HedgedReadsOptions {
  pool: Pick<Pool, 'idleCount' | 'totalCount' | 'waitingCount' | 'options'>;
  configuration: Pick<Configuration, 'enforced'>;
  telemetry: Telemetry;
  clock: Clock;
  /** `caller->postgres`, for events and metrics. */
  link: string;
}

/** Asks once, and after a while again; whichever answers first. */
export type HedgedRead = <T>(ask: () => Promise<T>) => Promise<T>;

/**
 * Pattern `hedgedReads`: a read that has no answer after `delayMs` is asked again on another
 * connection, if the pool has one to spare, and the first answer counts. The other one is awaited in
 * the background and ignored: its connection goes back to the pool when it is done, after the
 * query's time limit at the latest. To cancel it could hit the statement that comes next on the
 * same connection.
 */
export function createHedgedReads(options: HedgedReadsOptions): HedgedRead {
  const { pool, configuration, telemetry, clock, link } = options;
  const hedges = createHedgesCounter(telemetry.metrics);
  const hasSpare = () =>
    pool.waitingCount === 0 && (pool.idleCount > 0 || pool.totalCount < pool.options.max);

  return async (ask) => {
    const policy = configuration.enforced('hedgedReads');
    const first = ask();
    if (!policy) return first;
    const waiting = new AbortController();
    const over = clock.sleep(policy.delayMs, waiting.signal).then(
      () => 'late' as const,
      () => 'answered' as const,
    );
    const settled = first.then(
      () => 'answered' as const,
      () => 'answered' as const,
    );
    const state = await Promise.race([settled, over]);
    waiting.abort();
    if (state === 'answered' || !hasSpare()) return first;
    hedges.inc({ link });
    const { delayMs } = policy;
    telemetry.event(
      EVENT.hedgeSent,
      { [ATTRIBUTE.link]: link, delay_ms: delayMs },
      `second read on ${link} after ${delayMs} ms`,
    );
    // If both fail, the first failure is the one to tell.
    return Promise.any([first, ask()]).catch(() => first);
  };
}
