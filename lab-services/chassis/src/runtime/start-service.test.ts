import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineService, problem } from '../index.ts';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestPostgres,
} from '../testing/index.ts';

let postgres: TestPostgres;
let migrations: URL;

beforeAll(async () => {
  postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'faultline-migrations-'));
  await writeFile(join(folder, '001-things.sql'), 'CREATE TABLE things (id text PRIMARY KEY);');
  migrations = pathToFileURL(folder);
});

afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
});

const shelf = (folder: URL) =>
  defineService({
    name: 'shelf',
    migrations: folder,
    calls: [],
    build: ({ database }) => ({
      routes(app) {
        app.withTypeProvider<ZodTypeProvider>().put(
          '/things/:id',
          {
            schema: {
              params: z.object({ id: z.string().max(5) }),
              response: { 200: z.object({ id: z.string() }) },
            },
          },
          async ({ params: { id } }) => {
            await database.transaction((transaction) =>
              transaction.query('insert thing', 'INSERT INTO things VALUES ($1)', [id]),
            );
            return { id };
          },
        );
        app.get('/teapot', () => {
          throw problem(422, 'no-tea', 'Only coffee');
        });
      },
      audit: async () => database.query('read things', 'SELECT id FROM things'),
    }),
  });

describe('a service', () => {
  test('migrates, serves, answers errors as problems and guards its internals', async () => {
    const url = await postgres.createDatabase('shelf');
    await using service = await startTestService(shelf(migrations), { DATABASE_URL: url });
    const put = await fetch(`${service.url}/things/a`, { method: 'PUT' });
    expect(await put.json()).toEqual({ id: 'a' });
    expect(put.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);

    const bad = await fetch(`${service.url}/things/abcdefgh`, { method: 'PUT' });
    expect(bad.status).toBe(400);
    expect(bad.headers.get('content-type')).toMatch('application/problem+json');
    expect(await bad.json()).toMatchObject({
      code: 'invalid-request',
      errors: [{ field: 'params.id', received: '"abcdefgh"' }],
    });
    expect(await (await fetch(`${service.url}/teapot`)).json()).toMatchObject({ code: 'no-tea' });
    expect((await fetch(`${service.url}/internal/audit`)).status).toBe(401);
    const audit = await fetch(`${service.url}/internal/audit`, {
      headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
    });
    expect(await audit.json()).toEqual([{ id: 'a' }]);
    expect(await (await fetch(`${service.url}/ready`)).json()).toMatchObject({ status: 'ready' });
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(
      'http_server_request_duration_seconds_count{method="PUT",route="/things/:id",status="200"} 1',
    );
    const openapi = (await (await fetch(`${service.url}/openapi.json`)).json()) as object;
    expect(openapi).toMatchObject({ paths: { '/things/{id}': { put: {} } } });
  });

  test('calls another service over its link, in one trace', async () => {
    const url = await postgres.createDatabase('shelf_b');
    await using registry = await createTestRegistry();
    await using callee = await startTestService(shelf(migrations), { DATABASE_URL: url });
    registry.setLink('front->shelf', [callee.port]);
    const front = defineService({
      name: 'front',
      calls: ['shelf'],
      build: (chassis) => ({
        routes(app) {
          app.get('/', async () =>
            chassis.link('shelf').call({
              operation: 'put thing',
              method: 'PUT',
              path: '/things/b',
              response: z.object({ id: z.string() }),
            }),
          );
        },
      }),
    });
    await using caller = await startTestService(front, { REGISTRY_URL: registry.url });
    await expect
      .poll(async () => (await fetch(`${caller.url}/ready`)).status, { timeout: 5000 })
      .toBe(200);
    const answer = await fetch(caller.url, { headers: { 'x-correlation-id': 'abc' } });
    expect(await answer.json()).toEqual({
      kind: 'ok',
      status: 200,
      body: { id: 'b' },
      attempts: 1,
    });
    await expect
      .poll(() => callee.spans.find(({ name }) => name === 'PUT /things/:id')?.attributes)
      .toMatchObject({ 'correlation.id': 'abc' });
    const spans = [...caller.spans, ...callee.spans];
    await expect
      .poll(() => [...caller.spans, ...callee.spans].map(({ name }) => name).sort())
      .toEqual([
        'GET /',
        'PUT /things/:id',
        'PUT put thing',
        'call put thing',
        'commit',
        'insert thing',
      ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  });
});
