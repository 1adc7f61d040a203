import { createManualClock, createSequentialIds, type ManualClock } from '@faultline/chassis/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLines, type Lines } from '../../testing/broken-lines.ts';
import { createLeases, type Leases } from '../leases/leases.ts';
import { createFaultRegistry } from '../registry.ts';

const link = 'orders->payments';
const ONE = 'orders.payments-1';
const FLAPPING = { kind: 'network.flapping', link, onMs: 2000, offMs: 3000 };

let lines: Lines;
let clock: ManualClock;
let leases: Leases;

beforeEach(async () => {
  lines = await openLines();
  clock = createManualClock(1_000_000);
  const ids = createSequentialIds('fault');
  leases = createLeases({ fleet: lines.fleet, clock, ids, registry: createFaultRegistry() });
});
afterEach(async () => {
  await leases[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

async function begin(request: object): Promise<string> {
  const answer = await leases.apply(request, 'ann');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.lease.id;
}

describe('a flapping line', () => {
  it('is broken and well in turns', async () => {
    await begin({ ...FLAPPING, effect: 'latency', ttlSeconds: 60 });
    for (let round = 0; round < 2; round++) {
      await expect.poll(() => lines.toxicsOf(ONE)).toEqual(['fl-fault-1.latency.downstream']);
      await clock.advance(1_000);
      await clock.advance(1_000);
      await expect.poll(() => lines.toxicsOf(ONE)).toEqual([]);
      for (let second = 0; second < 3; second++) await clock.advance(1_000);
    }
  });

  it('is well after the undo, whatever turn it was in', async () => {
    for (const waitMs of [0, 2_500]) {
      const id = await begin({ ...FLAPPING, effect: 'refuse' });
      for (let leftMs = waitMs; leftMs > 0; leftMs -= 500) await clock.advance(500);
      await expect.poll(() => lines.isEnabled(ONE)).toBe(waitMs > 0);
      expect((await leases.clear(id)).kind).toBe('cleared');
      for (let step = 0; step < 20; step++) await clock.advance(500);
      expect(await lines.isEnabled(ONE)).toBe(true);
    }
  });

  it('carries a time limit at the proxy, not longer than its turn', async () => {
    await begin({ ...FLAPPING, effect: 'partition' });
    const answer = await fetch(new URL(`/proxies/${ONE}/toxics`, lines.url));
    const toxics = (await answer.json()) as { ttl_ms: number }[];
    expect(toxics.map(({ ttl_ms }) => ttl_ms)).toEqual([2000, 2000]);
  });

  it('and a refused one exclude each other, in either order', async () => {
    const refusal = { kind: 'refused', code: 'fault-conflict' };
    const id = await begin(FLAPPING);
    expect(await leases.apply({ kind: 'network.refuse', link }, 'bob')).toMatchObject(refusal);
    await leases.clear(id);
    await begin({ kind: 'network.refuse', link });
    expect(await leases.apply(FLAPPING, 'bob')).toMatchObject(refusal);
  });
});
