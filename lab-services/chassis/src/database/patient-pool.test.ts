import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createManualClock, systemClock } from '../core/index.ts';
import { startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { PatientPool } from './patient-pool.ts';

let postgres: TestPostgres;
let admin: pg.Client;
let password: string;
beforeAll(async () => {
  postgres = await startPostgres();
  admin = new pg.Client(await postgres.createDatabase('rotation'));
  await admin.connect();
  await admin.query("CREATE ROLE keeper LOGIN PASSWORD 'first'");
});
afterAll(async () => {
  await admin.end();
  await postgres[Symbol.asyncDispose]();
});
beforeEach(async () => {
  password = 'first';
  await admin.query("ALTER ROLE keeper PASSWORD 'first'");
});

function open(clock = systemClock) {
  return new PatientPool(2000, clock, {
    ...{ host: '127.0.0.1', port: postgres.port, user: 'keeper', database: 'rotation' },
    ...{ max: 8, password: () => password },
  });
}
const connections = (pool: pg.Pool) =>
  Promise.all(Array.from({ length: 4 }, () => pool.connect())).then((clients) => {
    for (const client of clients) client.release(true);
  });

test('the server hears of a new password first: clients wait until they do', async () => {
  const pool = open();
  const held = await pool.connect();
  await admin.query("ALTER ROLE keeper PASSWORD 'second'");
  const waiting = connections(pool);
  expect((await held.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await expect(new pg.Client(pool.options).connect()).rejects.toMatchObject({ code: '28P01' });
  password = 'second';
  await waiting;
  held.release();
  await pool.end();
});

test('clients hear of it first: they wait until the server does', async () => {
  const pool = open();
  password = 'second';
  const answer = pool.query<{ one: number }>('SELECT 1 AS one');
  await expect(new pg.Client(pool.options).connect()).rejects.toMatchObject({ code: '28P01' });
  await admin.query("ALTER ROLE keeper PASSWORD 'second'");
  expect((await answer).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test('a password that stays wrong is refused when patience is over', async () => {
  const clock = createManualClock();
  const pool = open(clock);
  password = 'wrong';
  let refusal: unknown;
  pool.query('SELECT 1').catch((error: unknown) => (refusal = error));
  await expect
    .poll(
      async () => {
        await clock.advance(200);
        return refusal;
      },
      { timeout: 10_000 },
    )
    .toMatchObject({ code: '28P01' });
  await pool.end();
});
