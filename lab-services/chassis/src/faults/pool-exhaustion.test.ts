import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../core/index.ts';
import { startPostgres, type TestPostgres } from '../testing/index.ts';
import { createActiveFaults, type ActiveFaults } from './active-faults.ts';
import { sufferExhaustion } from './pool-exhaustion.ts';

const SOON = { timeout: 15_000 };
let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase('exhausted');
});
afterAll(() => postgres[Symbol.asyncDispose]());

const tell = (faults: ActiveFaults, connections: number) =>
  faults.tell({
    faults: [
      { fault: { id: 'f', kind: 'application.pool-exhaustion', connections }, ttlMs: 60_000 },
    ],
  });

test('as many connections are taken as are asked for, and come back when it is over', async () => {
  const pool = new pg.Pool({ connectionString: url, max: 3, connectionTimeoutMillis: 2000 });
  using faults = createActiveFaults(systemClock);
  using _suffering = sufferExhaustion(pool, faults, systemClock);
  const taken = () => pool.totalCount - pool.idleCount;
  tell(faults, 2);
  await expect.poll(taken, SOON).toBe(2);
  expect((await pool.query('select 1')).rowCount).toBe(1);
  tell(faults, 100);
  await expect.poll(taken, SOON).toBe(3);
  await expect(pool.query('select 1')).rejects.toThrow('timeout');
  faults.tell({ faults: [] });
  expect((await pool.query('select 1')).rowCount).toBe(1);
  expect(taken()).toBe(0);
  await pool.end();
});

test('one that could not be had is taken as soon as there is one', async () => {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 2000 });
  using faults = createActiveFaults(systemClock);
  const suffering = sufferExhaustion(pool, faults, systemClock);
  const busy = await pool.connect();
  tell(faults, 1);
  await expect.poll(() => pool.waitingCount, SOON).toBe(1);
  await expect.poll(() => pool.waitingCount, SOON).toBe(0);
  busy.release();
  const ask = () =>
    pool.query('select 1').then(
      () => 'answered',
      () => 'exhausted',
    );
  await expect.poll(ask, SOON).toBe('exhausted');
  // A pool that waits for a connection to come back would never end.
  suffering[Symbol.dispose]();
  await pool.end();
});
