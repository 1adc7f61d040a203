import type { Chassis, Worker } from '@faultline/chassis';

const EVERY_MS = 60_000;
const ROWS_AT_ONCE = 1_000;

/** Sweeps what has expired and looks after the keys, once a minute. */
export function createHousekeeper(
  { clock, database, log }: Pick<Chassis, 'clock' | 'database' | 'log'>,
  keepKeys: () => Promise<void>,
): Worker {
  const end = new AbortController();
  let working = Promise.resolve();

  async function work(): Promise<void> {
    for (;;) {
      await clock.sleep(EVERY_MS, end.signal).catch(() => undefined);
      if (end.signal.aborted) return;
      try {
        await keepKeys();
        await sweepExpired(database);
      } catch (error) {
        log.warn({ err: error }, 'housekeeping failed; it is tried again in a minute');
      }
    }
  }

  return {
    name: 'housekeeper',
    start() {
      working = work();
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('housekeeper closed'));
      await working;
    },
  };
}

/** Deletes rows whose time is over; returns how many. */
export async function sweepExpired(database: Chassis['database']): Promise<number> {
  let swept = 0;
  for (;;) {
    const rows = await database.query(
      'sweep expired',
      `DELETE FROM oidc_records WHERE (model, id) IN (
         SELECT model, id FROM oidc_records WHERE expires_at < now() LIMIT $1
       ) RETURNING id`,
      [ROWS_AT_ONCE],
    );
    swept += rows.length;
    if (rows.length < ROWS_AT_ONCE) return swept;
  }
}
