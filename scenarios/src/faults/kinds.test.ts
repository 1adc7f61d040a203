import { createSequentialIds, systemClock } from '@faultline/chassis/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLines, type Lines } from '../testing/broken-lines.ts';
import { NETWORK_EFFECTS } from '../testing/network-effects.ts';
import { createLeases, type Leases } from './leases/leases.ts';
import { createFaultRegistry, FAULT_KINDS } from './registry.ts';

const link = 'orders->payments';
const ONE = 'orders.payments-1';

let lines: Lines;
let leases: Leases;
const registry = createFaultRegistry();

beforeAll(async () => {
  lines = await openLines();
  const ids = createSequentialIds('fault');
  leases = createLeases({ fleet: lines.fleet, clock: systemClock, ids, registry });
});
afterAll(async () => {
  await leases[Symbol.asyncDispose]();
  await lines[Symbol.asyncDispose]();
});

async function begin(request: object): Promise<string> {
  const answer = await leases.apply(request, 'test');
  if (answer.kind === 'refused') throw new Error(answer.detail);
  return answer.lease.id;
}

describe('a network fault', () => {
  it('has an effect in this table, whatever its kind', () => {
    const kinds = FAULT_KINDS.map(({ kind }) => kind).filter((kind) => kind.startsWith('network.'));
    expect(Object.keys(NETWORK_EFFECTS).sort()).toEqual(kinds.sort());
  });

  it.each(Object.entries(NETWORK_EFFECTS))(
    '%s is felt while it lasts, and not afterwards',
    async (kind, { fields, sees }) => {
      const id = await begin({ kind, link, ttlSeconds: 30, ...fields });
      const during = await lines.ask(ONE);
      expect(during, `${during.outcome} after ${during.tookMs} ms`).toSatisfy(sees);
      expect((await leases.clear(id)).kind).toBe('cleared');
      expect(await lines.toxicsOf(ONE)).toEqual([]);
      expect(await lines.isEnabled(ONE)).toBe(true);
      expect((await lines.ask(ONE, 5_000)).outcome).toBe('echo');
    },
  );

  it('hits only the instance that is named together with the link', async () => {
    const id = await begin({ kind: 'network.refuse', link, instance: 'payments-2' });
    expect((await lines.ask(ONE)).outcome).toBe('echo');
    expect((await lines.ask('orders.payments-2')).outcome).toBe('ECONNREFUSED');
    await leases.clear(id);
  });

  it.each([
    ['both', ['timeout.upstream', 'timeout.downstream']],
    ['requests', ['timeout.upstream']],
    ['responses', ['timeout.downstream']],
  ])('partitions %s', async (direction, expected) => {
    const id = await begin({ kind: 'network.partition', links: [link], direction });
    const names = await lines.toxicsOf(ONE);
    expect(names.sort()).toEqual(expected.map((end) => `fl-${id}.${end}`).sort());
    await leases.clear(id);
  });

  it('covers a proxy that appears while it is active', async () => {
    const id = await begin({ kind: 'network.latency', link, latencyMs: 10 });
    await lines.addProxy('orders.payments-3');
    lines.fleet.setProxies(
      link,
      [1, 2, 3].map((n) => ({ proxy: `orders.payments-${n}`, instance: `payments-${n}` })),
    );
    await expect.poll(() => lines.toxicsOf('orders.payments-3')).toHaveLength(1);
    expect(leases.list()[0]?.target.instances).toContain('payments-3');
    await leases.clear(id);
    expect(await lines.toxicsOf('orders.payments-3')).toEqual([]);
  });

  it('puts a toxic back that was lost with its proxy', async () => {
    const id = await begin({ kind: 'network.latency', link, latencyMs: 10 });
    await fetch(new URL('/reset', lines.url), { method: 'POST' });
    await expect.poll(() => lines.toxicsOf(ONE), { timeout: 5_000 }).toHaveLength(1);
    await leases.clear(id);
  });
});

describe('a process fault', () => {
  const stateOf = (id: string) =>
    lines.fleet
      .status()
      .services.flatMap(({ instances }) => instances)
      .find((instance) => instance.id === id)?.state;

  it.each([
    ['process.crash', { stayDown: true }, 'crashed'],
    ['process.stop', {}, 'stopped'],
    ['process.pause', {}, 'paused'],
  ])('%s holds the instance, and gives it back', async (kind, fields, state) => {
    const id = await begin({ kind, instance: 'payments-1', ...fields });
    expect(stateOf('payments-1')).toBe(state);
    expect((await leases.clear(id)).kind).toBe('cleared');
    expect(stateOf('payments-1')).toBe('ready');
    expect(lines.fleet.suspended.size).toBe(0);
  });

  it.each(['process.crash', 'process.restart'])(
    '%s is over when the instance is back',
    async (kind) => {
      await begin({ kind, instance: 'payments-1' });
      expect(stateOf('payments-1')).not.toBe('ready');
      lines.fleet.setState('payments-1', 'ready');
      await expect.poll(() => leases.list(), { timeout: 5_000 }).toEqual([]);
    },
  );

  it('hits every instance of a service', async () => {
    const id = await begin({ kind: 'process.pause', service: 'payments' });
    expect([stateOf('payments-1'), stateOf('payments-2')]).toEqual(['paused', 'paused']);
    await leases.clear(id);
  });
});
