import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom, systemClock } from '../core/index.ts';
import { startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { listenTo } from './notifications.ts';

const CHANNEL = 'Of "this" test';

let postgres: TestPostgres;
let connectionString: string;
let teller: pg.Client;
beforeAll(async () => {
  postgres = await startPostgres();
  connectionString = await postgres.createDatabase('notifications');
  teller = new pg.Client({ connectionString });
  await teller.connect();
});
afterAll(async () => {
  await teller.end();
  await postgres[Symbol.asyncDispose]();
});

const tell = (payload: string) => teller.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);

/** @param url by which way it listens */
function listen(url = connectionString) {
  const heard: string[] = [];
  const listening = listenTo(
    {
      connection: { connectionString: url, application_name: 'listener' },
      clock: systemClock,
      random: createRandom(1),
      log: pino({ enabled: false }),
    },
    CHANNEL,
    (payload) => heard.push(payload),
  );
  return { heard, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
}

/** How many connections of this test listen now. */
async function listeners(): Promise<number> {
  const { rowCount } = await teller.query(
    `SELECT FROM pg_stat_activity WHERE application_name = 'listener' AND query LIKE 'LISTEN %'`,
  );
  return rowCount ?? 0;
}

test('what a transaction tells is heard when it commits, and not if it does not', async () => {
  {
    await using listener = listen();
    await expect.poll(listeners).toBe(1);
    await teller.query('BEGIN');
    await tell('undone');
    await teller.query('ROLLBACK');
    await teller.query('BEGIN');
    await tell('first');
    await tell('second');
    await teller.query('COMMIT');
    await expect.poll(() => listener.heard).toEqual(['first', 'second']);
  }
  await expect.poll(listeners).toBe(0);
});

test('a lost connection is made again', async () => {
  await using listener = listen();
  await expect.poll(listeners).toBe(1);
  await teller.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener'`,
  );
  await expect
    .poll(async () => {
      await tell('again');
      return listener.heard.includes('again');
    })
    .toBe(true);
});

test('listening ends at once although the server does not answer', async () => {
  const silent: Socket[] = [];
  const server = createServer((socket) => silent.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const listener = listen(`postgresql://nobody@127.0.0.1:${port}/nothing`);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const closed = once(socket.resume(), 'close');
  await listener[Symbol.asyncDispose]();
  await closed;
  server.close();
  expect(silent).toHaveLength(1);
});

test('listening ends at once although the server went silent', async () => {
  const server = createServer((client) => {
    const way = connect({ host: '127.0.0.1', port: postgres.port });
    client.pipe(way).pipe(client);
    for (const socket of [client, way]) socket.on('error', () => undefined);
    ways.push(way);
  }).listen(0, '127.0.0.1');
  const ways: Socket[] = [];
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const listener = listen(connectionString.replace(`:${postgres.port}/`, `:${port}/`));
  await expect.poll(listeners).toBe(1);
  for (const way of ways) way.pause();
  await listener[Symbol.asyncDispose]();
  server.close();
  for (const way of ways) way.destroy();
  await expect.poll(listeners).toBe(0);
});
