import { createManualClock, createSequentialIds, systemClock } from '@faultline/chassis/core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryFleet, type MemoryFleet } from '../../testing/memory-fleet.ts';
import { createLeases, type Leases } from '../leases/leases.ts';
import { createFaultRegistry } from '../registry.ts';

/** Answers as the instances of a service would, with what they were told or what a test says. */
let instance: { server: Server; answer: (authorization: string) => [number, unknown] };
let fleet: MemoryFleet;
let leases: Leases;

beforeEach(async () => {
  fleet = createMemoryFleet({
    services: { orders: ['orders-1'], payments: ['payments-1', 'payments-2'] },
    resources: { postgres: ['postgres-1'] },
    links: [],
    proxyApiUrl: 'http://127.0.0.1:9',
  });
  const told = () => fleet.chassisFaultsOf('payments-1').faults.map(({ fault }) => fault);
  const server = createServer((request, response) => {
    const [status, body] = instance.answer(request.headers.authorization ?? '');
    response.writeHead(request.url === '/internal/faults' ? status : 404);
    response.end(JSON.stringify(body));
  });
  instance = {
    server,
    answer: (authorization) =>
      authorization === `Bearer ${fleet.internalToken}`
        ? [200, { faults: told().map(({ id, kind }) => ({ id, kind, leftMs: 1 })) }]
        : [401, {}],
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fleet.setDirectUrl('payments', url);
  fleet.setDirectUrl('orders', url);
  const ids = createSequentialIds('fault');
  leases = createLeases({ fleet, clock: systemClock, ids, registry: createFaultRegistry() });
});
afterEach(async () => {
  await leases[Symbol.asyncDispose]();
  instance.server.closeAllConnections();
  instance.server.close();
});

async function begin(request: object): Promise<string> {
  const answer = await leases.apply(request, 'test');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.lease.id;
}
const toldTo = (id: string) => fleet.chassisFaultsOf(id).faults.map(({ fault }) => fault);

describe('a fault inside instances', () => {
  const CASES: [string, object, object][] = [
    ['application.error', { status: 500, operation: 'POST /charges' }, { ratio: 1 }],
    ['application.latency', { latencyMs: 200, caller: 'orders' }, { jitterMs: 0, ratio: 1 }],
    ['application.exception', { ratio: 0.5, first: 3 }, {}],
    ['application.wrong-answer', {}, { ratio: 1 }],
    ['application.leak', { bytesPerRequest: 5 }, { ratio: 1 }],
    ['application.pool-exhaustion', { connections: 7 }, {}],
    ['events.consumer-pause', { topic: 'orders.events' }, {}],
    ['events.duplicate', { ratio: 0.5 }, {}],
    ['events.reorder', { window: 5 }, {}],
    ['events.crash-after-commit', { ratio: 0.1 }, {}],
    ['process.cpu-hog', { threads: 2 }, {}],
    ['process.memory-pressure', { bytes: 1000 }, {}],
    ['process.event-loop-stall', { stallMs: 100, everyMs: 200 }, {}],
    ['identity.expired-token', { skewMs: 1000 }, {}],
  ];

  it('has an example in this table, whatever its kind', () => {
    const kinds = createFaultRegistry().kinds.filter(({ followsFleet }) => followsFleet);
    expect(CASES.map(([kind]) => kind).sort()).toEqual(kinds.map(({ kind }) => kind).sort());
  });

  it.each(CASES)('%s is told to every instance, and forgotten', async (kind, fields, more) => {
    const id = await begin({ kind, service: 'payments', ...fields });
    for (const name of ['payments-1', 'payments-2']) {
      expect(toldTo(name)).toEqual([{ id, kind, ...fields, ...more }]);
    }
    expect(toldTo('orders-1')).toEqual([]);
    expect(leases.list()[0]?.summary).not.toBe('');
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect(toldTo('payments-2')).toEqual([]);
  });

  it('is told for a few seconds at a time, however long the lease is', async () => {
    const ttls: number[] = [];
    const tellFault = fleet.tellFault.bind(fleet);
    fleet.tellFault = (name, fault, ttlMs) => {
      ttls.push(ttlMs);
      return tellFault(name, fault, ttlMs);
    };
    await begin({ kind: 'application.error', instance: 'payments-1', ttlSeconds: 600 });
    await expect.poll(() => ttls.length, { timeout: 5_000 }).toBeGreaterThan(2);
    for (const ttlMs of ttls) expect(ttlMs).toBe(4000);
  });

  it('covers the instances that its service gains, and no others', async () => {
    const id = await begin({ kind: 'application.error', service: 'pay*' });
    const one = await begin({ kind: 'application.latency', instance: 'payments-1' });
    await fleet.scale('payments', 3);
    await expect.poll(() => toldTo('payments-3').map((fault) => fault.id)).toEqual([id]);
    expect(leases.list()[0]?.target.instances).toContain('payments-3');
    await fleet.scale('payments', 2);
    await leases.clear(id);
    expect(toldTo('payments-1').map((fault) => fault.id)).toEqual([one]);
  });

  it('is not undone as long as an instance says that it acts', async () => {
    const id = await begin({ kind: 'process.cpu-hog', instance: 'payments-1' });
    const honest = instance.answer;
    instance.answer = () => [200, { faults: [{ id, kind: 'process.cpu-hog', leftMs: 900 }] }];
    const clearing = leases.clear(id);
    await expect.poll(() => leases.list()[0]?.detail).toBe('process.cpu-hog in payments-1');
    instance.answer = () => [503, { code: 'starting' }];
    await expect.poll(() => leases.list()[0]?.detail).toContain('does not say');
    instance.answer = honest;
    expect((await clearing).kind).toBe('cleared');
  });

  it('is undone where nobody is who could hold it', async () => {
    const id = await begin({ kind: 'process.cpu-hog', service: 'payments' });
    instance.answer = () => [200, { faults: [{ id, kind: 'process.cpu-hog', leftMs: 900 }] }];
    fleet.setState('payments-1', 'crashed');
    instance.server.closeAllConnections();
    await new Promise((closed) => instance.server.close(closed));
    expect((await leases.clear(id)).kind).toBe('cleared');
  });

  it('is refused for what is no instance of a service', async () => {
    const answer = await leases.apply({ kind: 'process.cpu-hog', instance: 'postgres-1' }, 'test');
    expect(answer).toMatchObject({ code: 'fault-not-applied' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('postgres-1'));
  });

  it('shares an instance with other kinds, not with its own', async () => {
    await begin({ kind: 'process.cpu-hog', instance: 'payments-1' });
    await begin({ kind: 'process.memory-pressure', service: 'payments' });
    await begin({ kind: 'process.pause', instance: 'payments-1' });
    const again = { kind: 'process.cpu-hog', service: 'payments' };
    expect(await leases.apply(again, 'test')).toMatchObject({ code: 'fault-conflict' });
    const stop = { kind: 'process.stop', instance: 'payments-1' };
    expect(await leases.apply(stop, 'test')).toMatchObject({ code: 'fault-conflict' });
  });
});

describe('a crash loop', () => {
  const state = () => fleet.status().services.flatMap(({ instances }) => instances)[1]?.state;

  it('kills the instance whenever it is back, and lets it be in the end', async () => {
    const id = await begin({ kind: 'process.crash-loop', instance: 'payments-1', everySeconds: 1 });
    for (let round = 0; round < 2; round++) {
      expect(state()).toBe('crashed');
      fleet.setState('payments-1', 'ready');
      await expect.poll(state, { timeout: 5_000 }).toBe('crashed');
    }
    const clearing = leases.clear(id);
    await expect.poll(() => leases.list()[0]?.detail).toBe('payments-1 is crashed');
    fleet.setState('payments-1', 'ready');
    expect((await clearing).kind).toBe('cleared');
    expect(state()).toBe('ready');
  });

  it('leaves a process alone that has not run for so long', async () => {
    const registry = createFaultRegistry();
    const kind = registry.kinds.find((one) => one.kind === 'process.crash-loop')!;
    const clock = createManualClock();
    const target = { kind: 'instances', instances: ['payments-1'] } as const;
    const { signal } = new AbortController();
    const context = { fleet, clock, proxyApiUrl: '', faultId: 'f', ttlMs: 4000, signal };
    const spec = { kind: 'process.crash-loop', everySeconds: 5 };
    // The process started when the clock said 1.
    await clock.advance(5000);
    await kind.renew(spec, target, context);
    expect(state()).toBe('ready');
    await clock.advance(1);
    await kind.renew(spec, target, context);
    expect(state()).toBe('crashed');
  });
});
