import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineService } from '../index.ts';
import { systemClock, type Clock } from '../core/index.ts';
import type { Chassis } from '../service.ts';
import { startPostgres, startTestService, type TestPostgres } from '../testing/index.ts';

let postgres: TestPostgres;
let folder: string;
const migrations = () => pathToFileURL(folder);

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), 'faultline-life-'));
  await writeFile(join(folder, '001-things.sql'), 'CREATE TABLE things (id int PRIMARY KEY);');
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(url: string, listening?: (service: { port: number }) => void) {
  let chassis: Chassis | undefined;
  const service = await startTestService(
    defineService({
      name: 'shelf',
      migrations: migrations(),
      calls: [],
      build(given) {
        chassis = given;
        return {
          routes(app) {
            app.get('/count', () => given.database.query('count', 'SELECT count(*) FROM things'));
          },
        };
      },
    }),
    { DATABASE_URL: url },
    listening ? { listening } : {},
  );
  return { service, chassis: chassis!, [Symbol.asyncDispose]: () => service.close() };
}

describe('the database', () => {
  test('may come after the service, which is alive but not ready until then', async () => {
    const url = await postgres.createDatabase('late');
    await postgres.stop();
    const port = Promise.withResolvers<number>();
    const starting = start(url, (service) => port.resolve(service.port));
    const at = `http://127.0.0.1:${await port.promise}`;
    await expect
      .poll(async () => (await fetch(`${at}/ready`)).json())
      .toMatchObject({
        status: 'starting',
        dependencies: [{ name: 'database', state: 'down', detail: expect.any(String) as string }],
      });
    expect((await fetch(`${at}/health`)).status).toBe(200);
    const early = await fetch(`${at}/count`);
    expect(early.status).toBe(503);
    expect(await early.json()).toMatchObject({ code: 'starting' });
    await postgres.start();
    await using running = await starting;
    expect((await fetch(`${running.service.url}/ready`)).status).toBe(200);
  });

  test('that goes away ends no process, and its return is enough', async () => {
    const url = await postgres.createDatabase('restart');
    await using running = await start(url);
    await running.chassis.database.query('warm up', 'SELECT 1');
    await postgres.stop();
    await expect.poll(async () => (await fetch(`${running.service.url}/ready`)).status).toBe(503);
    expect((await fetch(`${running.service.url}/count`)).status).toBe(503);
    await postgres.start();
    await expect
      .poll(async () => (await fetch(`${running.service.url}/count`)).status, { timeout: 10_000 })
      .toBe(200);
  });

  test('repeats a transaction that PostgreSQL could not serialise', async () => {
    const url = await postgres.createDatabase('serialise');
    await using running = await start(url);
    const { database } = running.chassis;
    await database.query('insert', 'INSERT INTO things VALUES (0)');
    let attempts = 0;
    const increment = () =>
      database.transaction(
        async (transaction) => {
          attempts++;
          const [row] = await transaction.query<{ id: number }>('read', 'SELECT id FROM things');
          await transaction.query('write', 'UPDATE things SET id = $1', [row!.id + 1]);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([increment(), increment()]);
    expect(await database.query('read', 'SELECT id FROM things')).toEqual([{ id: 2 }]);
    expect(attempts).toBeGreaterThanOrEqual(2);
  });

  test('rolls back what throws and refuses a query after the end', async () => {
    const url = await postgres.createDatabase('rollback');
    await using running = await start(url);
    const { database } = running.chassis;
    let escaped: Parameters<Parameters<typeof database.transaction>[0]>[0] | undefined;
    const failing = database.transaction(async (transaction) => {
      escaped = transaction;
      await transaction.query('insert', 'INSERT INTO things VALUES (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.query('read', 'SELECT id FROM things')).toEqual([]);
    await expect(escaped!.query('late', 'SELECT 1')).rejects.toThrow('after its transaction');
  });

  test('is migrated once by instances that start together, and a changed migration is refused', async () => {
    const url = await postgres.createDatabase('migrate');
    const both = await Promise.all([start(url), start(url)]);
    const names = await both[0].chassis.database.query(
      'read',
      'SELECT name FROM schema_migrations',
    );
    expect(names).toEqual([{ name: '001-things.sql' }]);
    for (const { service } of both) await service.close();
    const file = join(folder, '001-things.sql');
    await writeFile(file, 'CREATE TABLE things (id bigint PRIMARY KEY);');
    await expect(start(url)).rejects.toThrow('001-things.sql was changed after it was applied');
    await writeFile(file, 'CREATE TABLE things (id int PRIMARY KEY);');
  });

  test('whose migration is wrong fails the start with its name and the reason', async () => {
    const url = await postgres.createDatabase('broken');
    const file = join(folder, '002-broken.sql');
    await writeFile(file, 'CREATE TABEL x ();');
    await expect(start(url)).rejects.toThrow(/Migration 002-broken.sql: syntax error/);
    await rm(file);
  });
});

test('closing answers what is in flight and takes nothing new', async () => {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const disposed: string[] = [];
  const service = await startTestService(
    defineService({
      name: 'slow',
      calls: [],
      build: () => ({
        routes(app) {
          app.get('/slow', async () => {
            entered.resolve();
            await gate.promise;
            return { done: true };
          });
        },
        workers: ['first', 'second'].map((name) => ({
          name,
          start: () => undefined,
          [Symbol.asyncDispose]: async () => void disposed.push(name),
        })),
      }),
    }),
  );
  const answer = fetch(`${service.url}/slow`);
  await entered.promise;
  const closed = service.close();
  await expect(fetch(`${service.url}/slow`)).rejects.toThrow();
  gate.resolve();
  expect(await (await answer).json()).toEqual({ done: true });
  await closed;
  expect(disposed).toEqual(['second', 'first']);
});

test('closing takes new requests until its notice is over, each on a connection of its own', async () => {
  const notice = Promise.withResolvers<void>();
  const NOTICE_MS = 4321;
  const clock: Clock = {
    ...systemClock,
    sleep: (durationMs, signal) =>
      durationMs === NOTICE_MS ? notice.promise : systemClock.sleep(durationMs, signal),
  };
  const service = await startTestService(
    defineService({
      name: 'leaving',
      calls: [],
      build: () => ({ routes: (app) => void app.get('/quick', () => ({ done: true })) }),
    }),
    {},
    { clock },
  );
  const ask = async () => (await fetch(`${service.url}/quick`)).headers.get('connection');
  expect(await ask()).toBe('keep-alive');
  const closed = service.close(NOTICE_MS);
  expect(await ask()).toBe('close');
  notice.resolve();
  await closed;
  await expect(ask()).rejects.toThrow();
});

test('a build that fails closes what was opened', async () => {
  const definition = defineService({
    name: 'broken',
    calls: [],
    build: () => Promise.reject(new Error('no luck')),
  });
  let port = 0;
  const starting = startTestService(definition, {}, { listening: (at) => void (port = at.port) });
  await expect(starting).rejects.toThrow('no luck');
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});
