import { createManualClock, createSequentialIds, type ManualClock } from '@faultline/chassis/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLines, type Lines } from '../../testing/broken-lines.ts';
import { createFaultRegistry } from '../registry.ts';
import type { LeaseEvent } from './lease.ts';
import { DEFAULT_LIMITS, type FaultLimits } from '../limits.ts';
import { createLeases, type Leases } from './leases.ts';

const link = 'orders->payments';
const ONE = 'orders.payments-1';
const LATENCY = { kind: 'network.latency', link, latencyMs: 5 };

let lines: Lines;
let clock: ManualClock;
let leases: Leases;
let events: LeaseEvent[];

beforeEach(async () => {
  lines = await openLines();
  clock = createManualClock(1_000_000);
  leases = newLeases();
  events = [];
  leases.subscribe((event) => events.push(event));
});
afterEach(async () => {
  await leases[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

function newLeases(limits: Partial<FaultLimits> = {}): Leases {
  const ids = createSequentialIds('fault');
  const registry = createFaultRegistry();
  return createLeases({ fleet: lines.fleet, clock, ids, registry, limits });
}

async function begin(request: object): Promise<string> {
  const answer = await leases.apply(request, 'ann');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.lease.id;
}

/** Moves time in steps, so that renewals get to run in between. */
async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) await clock.advance(Math.min(500, left));
}

describe('a lease', () => {
  it('says who owns it, what it hits and when it ends', async () => {
    await begin({ ...LATENCY, jitterMs: 2, ttlSeconds: 10 });
    expect(leases.list()).toMatchObject([
      {
        id: 'fault-1',
        summary: 'latency 5 ms ± 2 ms',
        owner: 'ann',
        appliedAt: 1_000_000,
        expiresAt: 1_010_000,
        state: 'active',
        target: { selector: link, links: [link], instances: ['payments-1', 'payments-2'] },
      },
    ]);
  });

  it('ends by itself when its time is over', async () => {
    await begin({ ...LATENCY, ttlSeconds: 2 });
    await pass(1_900);
    expect(leases.list()).toHaveLength(1);
    await pass(200);
    await expect.poll(() => leases.list()).toEqual([]);
    expect(await lines.toxicsOf(ONE)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'expired' });
  });

  it('lives longer when it is prolonged, but never beyond an hour from now', async () => {
    const id = await begin({ ...LATENCY, ttlSeconds: 2 });
    expect(leases.extend(id, 10)).toMatchObject({ lease: { expiresAt: 1_012_000 } });
    await pass(5_000);
    expect(leases.list()).toHaveLength(1);
    leases.extend(id, 3600);
    expect(leases.list()[0]?.expiresAt).toBe(clock.now() + 3_600_000);
  });

  it('keeps another fault of its kind off the same line, and says whose it is', async () => {
    await begin(LATENCY);
    const second = await leases.apply({ ...LATENCY, latencyMs: 9 }, 'bob');
    expect(second).toMatchObject({ kind: 'refused', code: 'fault-conflict' });
    expect(second).toHaveProperty('detail', expect.stringContaining('by ann'));
    await begin({ kind: 'network.slow-close', link });
  });

  it('is undone when applying it fails half-way', async () => {
    lines.fleet.setProxies(link, [
      { proxy: ONE, instance: 'payments-1' },
      { proxy: 'orders.gone-1', instance: 'gone-1' },
    ]);
    const answer = await leases.apply(LATENCY, 'ann');
    expect(answer).toMatchObject({ kind: 'refused', code: 'fault-not-applied' });
    expect(await lines.toxicsOf(ONE)).toEqual([]);
    expect(leases.list()).toEqual([]);
  });

  it('is one of fifty at most', async () => {
    const names = Array.from({ length: DEFAULT_LIMITS.active + 1 }, (_, n) => `payments-${n + 10}`);
    await Promise.all(names.map((instance) => lines.addProxy(`orders.${instance}`)));
    lines.fleet.setProxies(
      link,
      names.map((instance) => ({ proxy: `orders.${instance}`, instance })),
    );
    const answers = [];
    for (const instance of names) {
      answers.push(await leases.apply({ kind: 'network.slow-close', link, instance }, 'ann'));
    }
    expect(answers.filter(({ kind }) => kind === 'applied')).toHaveLength(DEFAULT_LIMITS.active);
    expect(answers.at(-1)).toMatchObject({ kind: 'refused', code: 'too-many-faults' });
  });
});

describe('the limits of a lab', () => {
  const ofTwo = { kind: 'network.latency', link, ttlSeconds: 5 };
  it.each<[Partial<FaultLimits>, string, string]>([
    [{ targets: 1 }, 'limit-exceeded', 'the limit is 1'],
    [{ durationSeconds: 4 }, 'limit-exceeded', 'at most 4'],
    [{ protected: ['payments'] }, 'protected', 'payments is protected'],
    [{ protected: ['pay*-2'] }, 'protected', 'payments-2 is protected'],
  ])('%j refuse what is beyond them, and say which it is', async (limits, code, detail) => {
    await using limited = newLeases(limits);
    const answer = await limited.apply(ofTwo, 'ann');
    expect(answer).toMatchObject({ kind: 'refused', code });
    expect(answer).toHaveProperty('detail', expect.stringContaining(detail));
    expect(await lines.toxicsOf(ONE)).toEqual([]);
  });

  it('let everything else happen', async () => {
    await using limited = newLeases({ targets: 2, durationSeconds: 5, protected: ['orders'] });
    expect(await limited.apply(ofTwo, 'ann')).toMatchObject({ kind: 'applied' });
  });

  it('hold for what is prolonged', async () => {
    await using limited = newLeases({ durationSeconds: 8 });
    const answer = await limited.apply(ofTwo, 'ann');
    const id = answer.kind === 'applied' ? answer.lease.id : '';
    const endsAt = clock.now() + 8_000;
    expect(limited.extend(id, 60)).toMatchObject({ lease: { expiresAt: endsAt } });
  });

  it('keep a fault off an instance that is added while it lasts', async () => {
    await using limited = newLeases({ protected: ['payments-3'] });
    await limited.apply(ofTwo, 'ann');
    await lines.addProxy('orders.payments-3');
    const names = [1, 2, 3].map((n) => `payments-${n}`);
    const proxies = names.map((instance) => ({ proxy: `orders.${instance}`, instance }));
    lines.fleet.setProxies(link, proxies);
    await pass(1_000);
    expect(limited.list()[0]?.target.instances).toEqual(['payments-1', 'payments-2']);
    expect(await lines.toxicsOf('orders.payments-3')).toEqual([]);
  });
});

describe('the undo', () => {
  it('is retried until it can be verified, and says what is left', async () => {
    const id = await begin({ kind: 'process.pause', instance: 'payments-1' });
    lines.fleet.setBroken('payments-1', true);
    const clearing = leases.clear(id);
    const pushing = (async () => {
      for (let step = 0; step < 30 && leases.list()[0]?.state !== 'stuck'; step++) await pass(500);
    })();
    expect(await clearing).toMatchObject({ kind: 'refused', code: 'fault-stuck' });
    await pushing;
    expect(leases.list()[0]).toMatchObject({ state: 'stuck', detail: 'payments-1 is paused' });
    lines.fleet.setBroken('payments-1', false);
    await pass(10_000);
    await expect.poll(() => leases.list()).toEqual([]);
  });

  it('is clean when the fleet is gone', async () => {
    const id = await begin(LATENCY);
    lines.fleet.setPhase('stopped');
    expect((await leases.clear(id)).kind).toBe('cleared');
  });
});

describe('stop all', () => {
  it('ends everything, refuses new faults, and is lifted by hand', async () => {
    await begin(LATENCY);
    await begin({ kind: 'process.pause', instance: 'payments-1' });
    expect(await leases.clearAll()).toEqual({ cleared: 2, stuck: [] });
    expect(leases.latched).toBe(true);
    expect(await leases.apply(LATENCY, 'ann')).toMatchObject({ code: 'stopped' });
    leases.release();
    await begin(LATENCY);
  });

  it('also ends a fault that is being applied', async () => {
    const applying = leases.apply(LATENCY, 'ann');
    await leases.clearAll();
    expect(await applying).toMatchObject({ kind: 'refused', code: 'stopped' });
    expect(await lines.toxicsOf(ONE)).toEqual([]);
  });
});

describe('reconciliation', () => {
  it('ends what no lease owns, and nothing else', async () => {
    const predecessor = newLeases();
    await predecessor.apply({ kind: 'network.slow-close', link }, 'ann');
    await predecessor.apply({ kind: 'network.refuse', link, instance: 'payments-2' }, 'ann');
    await lines.fleet.pause('payments-2');
    await fetch(new URL(`/proxies/${ONE}/toxics`, lines.url), {
      method: 'POST',
      body: JSON.stringify({ name: 'by-hand', type: 'latency', attributes: { latency: 1 } }),
    });
    const fresh = createLeases({
      fleet: lines.fleet,
      clock,
      ids: createSequentialIds('other'),
      registry: createFaultRegistry(),
    });
    await fresh.apply(LATENCY, 'bob');
    expect(await fresh.reconcile()).toMatchObject({
      toxicsRemoved: [
        `${ONE}/fl-fault-1.slow_close.downstream`,
        expect.stringContaining('fl-fault-1'),
      ],
      proxiesEnabled: ['orders.payments-2'],
      instancesResumed: ['payments-2'],
    });
    expect(await lines.toxicsOf(ONE)).toEqual(['by-hand', 'fl-other-1.latency.downstream']);
    expect(await fresh.reconcile()).toEqual({
      toxicsRemoved: [],
      proxiesEnabled: [],
      instancesResumed: [],
    });
    await fresh[Symbol.asyncDispose]();
    await predecessor[Symbol.asyncDispose]();
  });
});
