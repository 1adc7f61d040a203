import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMemoryFleet } from '@faultline/scenarios/testing';
import { TOPOLOGY } from '@faultline/topology';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControlPlane, type ControlPlane } from '../control-plane.ts';

const STATUS = {
  head: 12,
  serving: { generation: 1, checkpoint: 10, startedAt: 1 },
  building: null,
  lagEvents: 2,
  lagMs: 40,
  asOf: 1_000,
  rebuiltAt: null,
};
const resources = new AsyncDisposableStack();
let plane: ControlPlane;
let answer: { status: number; body: string };
let asked: string[] = [];
let fleet: ReturnType<typeof createMemoryFleet>;

beforeAll(async () => {
  const service = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  resources.defer(() => void service.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-projections-'));
  resources.defer(() => rm(dataDir, { recursive: true, force: true }));
  fleet = createMemoryFleet({
    services: { 'order-history': ['order-history-1'], catalog: ['catalog-1'] },
    links: [],
    proxyApiUrl: 'http://127.0.0.1:9',
  });
  fleet.setDirectUrl(
    'order-history',
    `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
  );
  fleet.setDirectUrl('catalog', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  plane = await createControlPlane({
    createFleet: () => fleet,
    collectorUrl: 'http://127.0.0.1:9',
    dataDir,
    topology: TOPOLOGY,
    webRoot: join(dataDir, 'web'),
  });
  resources.defer(() => plane.close());
});

afterAll(() => resources.disposeAsync());

async function call(method: string, path: string, body?: object) {
  const response = await fetch(new URL(path, plane.url), {
    method,
    ...(body
      ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      : {}),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('projections', () => {
  it('are shown as the services tell of them', async () => {
    answer = { status: 200, body: JSON.stringify(STATUS) };
    asked = [];
    expect(await call('GET', '/api/projections')).toEqual({
      status: 200,
      body: { projections: [{ service: 'order-history', status: STATUS, problem: null }] },
    });
    expect(asked).toEqual([`GET /internal/projection Bearer ${fleet.internalToken}`]);
  });

  it('are shown with what is wrong when a service does not answer or makes no sense', async () => {
    const problemOf = async () => {
      const { body } = await call('GET', '/api/projections');
      return (body['projections'] as { problem: string }[])[0]?.problem;
    };
    answer = { status: 503, body: '{}' };
    expect(await problemOf()).toBe('order-history-1 on /internal/projection: status 503');
    answer = { status: 200, body: '{"head": "twelve"}' };
    expect(await problemOf()).toContain('order-history-1 on /internal/projection');
    answer = { status: 200, body: ' '.repeat(2 * 1024 * 1024) };
    expect(await problemOf()).toContain('more than 1048576 bytes');
  });

  it('are rebuilt on request, which the audit trail knows', async () => {
    answer = { status: 202, body: JSON.stringify(STATUS) };
    asked = [];
    expect(await call('POST', '/api/projections/order-history/rebuild')).toMatchObject({
      status: 202,
      body: { service: 'order-history', status: { head: 12 } },
    });
    expect(asked[0]).toContain('POST /internal/projection/rebuild');
    expect(await call('POST', '/api/projections/orders/rebuild')).toMatchObject({
      status: 404,
      body: { code: 'unknown-service' },
    });
    const { body } = await call('GET', '/api/audit');
    expect(body['entries']).toMatchObject([
      { action: 'projection.rebuild', target: 'orders', outcome: 'refused' },
      { action: 'projection.rebuild', target: 'order-history', outcome: 'done' },
    ]);
  });
});

describe('a change of a schema', () => {
  const SCHEMA = {
    phase: 'expand',
    settled: true,
    backfill: { done: 0, total: 40 },
    next: ['before', 'dual-write'],
  };

  it('is driven phase by phase, and the audit trail knows', async () => {
    answer = { status: 200, body: JSON.stringify(SCHEMA) };
    expect(await call('GET', '/api/schema/catalog')).toEqual({ status: 200, body: SCHEMA });
    expect(await call('POST', '/api/schema/catalog/phase', { phase: 'expand' })).toEqual({
      status: 200,
      body: SCHEMA,
    });
    const { body } = await call('GET', '/api/audit');
    expect((body['entries'] as object[])[0]).toMatchObject({
      action: 'schema.phase',
      target: 'catalog',
      detail: 'expand',
      outcome: 'done',
    });
  });

  it('is refused in the words of the service, for other services, and for no phase', async () => {
    answer = { status: 409, body: '{"detail": "from expand there is no step to contract"}' };
    const move = (service: string, phase: string) =>
      call('POST', `/api/schema/${service}/phase`, { phase });
    expect(await move('catalog', 'contract')).toMatchObject({
      status: 409,
      body: { detail: 'from expand there is no step to contract' },
    });
    expect(await move('orders', 'expand')).toMatchObject({ status: 404 });
    expect(await move('catalog', 'shrink')).toMatchObject({ status: 400 });
  });
});
