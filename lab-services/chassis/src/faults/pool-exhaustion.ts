import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../core/index.ts';
import type { ActiveFaults } from './active-faults.ts';

/** A connection that could not be had is asked for again after this long. */
const AGAIN_AFTER_MS = 100;

/**
 * Takes connections out of `pool` while a fault says so, as many as the pool may have at most, and
 * gives them back. Dispose it before the pool ends: that waits for every connection.
 */
export function sufferExhaustion(
  pool: Pick<Pool, 'connect' | 'options'>,
  faults: ActiveFaults,
  clock: Clock,
): Disposable {
  const end = new AbortController();
  const following = faults.during('application.pool-exhaustion', ({ fault, over }) => {
    void hold(pool, fault.connections, clock, AbortSignal.any([over, end.signal]));
  });
  return {
    [Symbol.dispose]() {
      following[Symbol.dispose]();
      end.abort(new Error('the pool ends'));
    },
  };
}

async function hold(
  pool: Pick<Pool, 'connect' | 'options'>,
  connections: number,
  clock: Clock,
  over: AbortSignal,
): Promise<void> {
  const taken: PoolClient[] = [];
  const giveBack = () => {
    for (const client of taken.splice(0)) client.release();
  };
  over.addEventListener('abort', giveBack, { once: true });
  while (!over.aborted && taken.length < Math.min(connections, pool.options.max)) {
    try {
      const client = await pool.connect();
      if (over.aborted) client.release();
      else taken.push(client);
    } catch {
      await clock.sleep(AGAIN_AFTER_MS, over).catch(() => undefined);
    }
  }
}
