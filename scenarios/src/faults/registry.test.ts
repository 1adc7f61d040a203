import { createRandom } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import { createMemoryFleet } from '../testing/memory-fleet.ts';
import { matchesGlob } from './glob.ts';
import { createFaultRegistry } from './registry.ts';
import { flattenTarget, resolveTarget } from './selector.ts';

const registry = createFaultRegistry();
const fleet = createMemoryFleet({
  services: { orders: ['orders-1'], payments: ['payments-1', 'payments-2'] },
  links: [
    {
      name: 'orders->payments',
      proxies: [1, 2].map((n) => ({ proxy: `orders.payments-${n}`, instance: `payments-${n}` })),
    },
    { name: 'gateway->orders', proxies: [{ proxy: 'gateway.orders-1', instance: 'orders-1' }] },
    {
      name: 'orders->postgres',
      kind: 'database',
      proxies: [{ proxy: 'orders.postgres-1', instance: 'postgres-1' }],
    },
  ],
});

function hit(request: Record<string, unknown>) {
  const parsed = registry.parse(request);
  if (parsed.kind === 'refused') return parsed;
  const target = resolveTarget(parsed.kind, parsed.selector, fleet.status());
  return target.kind === 'refused' ? target : flattenTarget(target);
}

describe('a selector', () => {
  const network = { kind: 'network.latency' };
  it.each([
    [{ link: 'orders->payments' }, ['orders->payments'], ['payments-1', 'payments-2']],
    [{ link: 'orders->payments', instance: 'payments-2' }, ['orders->payments'], ['payments-2']],
    [
      { links: ['gateway->orders', 'orders->postgres'] },
      ['gateway->orders', 'orders->postgres'],
      ['orders-1', 'postgres-1'],
    ],
    [{ service: 'payments' }, ['orders->payments'], ['payments-1', 'payments-2']],
    [{ instance: 'payments-1' }, ['orders->payments'], ['payments-1']],
    [
      { link: 'orders->*' },
      ['orders->payments', 'orders->postgres'],
      ['payments-1', 'payments-2', 'postgres-1'],
    ],
    [
      { link: '*' },
      ['orders->payments', 'gateway->orders', 'orders->postgres'],
      ['payments-1', 'payments-2', 'orders-1', 'postgres-1'],
    ],
  ])('%j hits the right lines', (selector, links, instances) => {
    expect(hit({ ...network, ...selector })).toEqual({ links, instances });
  });

  it.each([
    [{}, 'invalid-fault', 'link'],
    [{ link: 'orders->payments', service: 'payments' }, 'invalid-fault', 'link'],
    [{ link: 'orders->nowhere' }, 'unknown-target', 'link'],
    [{ links: ['orders->payments', 'no->way'] }, 'unknown-target', 'links'],
    [{ service: 'nobody' }, 'unknown-target', 'service'],
    [{ link: 'orders->payments', instance: 'orders-1' }, 'unknown-target', 'instance'],
  ])('%j is refused with the field named', (selector, code, field) => {
    expect(hit({ ...network, ...selector })).toMatchObject({ code, errors: [{ field }] });
  });

  it('names processes by instance or service only', () => {
    expect(hit({ kind: 'process.pause', service: 'payments' })).toMatchObject({
      instances: ['payments-1', 'payments-2'],
    });
    expect(hit({ kind: 'process.pause', instance: 'pay*' })).toMatchObject({
      instances: ['payments-1', 'payments-2'],
    });
    expect(hit({ kind: 'process.pause', link: 'orders->payments' })).toMatchObject({
      code: 'invalid-fault',
    });
  });

  it('matches wildcards in linear time', () => {
    expect(matchesGlob('*->pay*ts', 'orders->payments')).toBe(true);
    expect(matchesGlob('', 'x')).toBe(false);
    expect(matchesGlob('*a'.repeat(500), 'a'.repeat(5_000) + 'b')).toBe(false);
  });
});

describe('a request', () => {
  it.each([
    [{ latencyMs: -1 }, 'latencyMs', '-1'],
    [{ latencyMs: 1.5 }, 'latencyMs', '1.5'],
    [{ latencyMs: '5' }, 'latencyMs', '"5"'],
    [{ toxicity: 1.1 }, 'toxicity', '1.1'],
    [{ stream: 'sideways' }, 'stream', '"sideways"'],
    [{ ttlSeconds: 0 }, 'ttlSeconds', '0'],
    [{ ttlSeconds: 3601 }, 'ttlSeconds', '3601'],
    [{ latency: 5 }, 'latency', '5'],
  ])('with %j is refused, naming field, rule and value', (fields, field, received) => {
    const answer = registry.parse({ kind: 'network.latency', link: 'a->b', ...fields });
    expect(answer).toMatchObject({
      kind: 'refused',
      code: 'invalid-fault',
      errors: [{ field, received }],
    });
  });

  it('tells the kinds there are when it names another', () => {
    const answer = registry.parse({ kind: 'network.gremlins' });
    expect(answer).toMatchObject({ code: 'unknown-kind' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('network.latency'));
  });

  it('never throws, whatever it is', () => {
    const random = createRandom(42);
    const atoms = [null, 0, -1, 1e308, NaN, '', '*', 'a->b', '__proto__', [], {}, true, undefined];
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
    const keys = [
      'link',
      'links',
      'service',
      'instance',
      'ttlSeconds',
      'toxicity',
      'stream',
      'latencyMs',
      'constructor',
      '__proto__',
      'kind',
    ];
    for (let round = 0; round < 5_000; round++) {
      const request: Record<string, unknown> = { kind: pick(registry.kinds).kind };
      for (let count = random.next() * 5; count > 0; count--) request[pick(keys)] = pick(atoms);
      const answer = registry.parse(request);
      if (answer.kind === 'refused') expect(answer.errors.length).toBeGreaterThan(0);
      else resolveTarget(answer.kind, answer.selector, fleet.status());
    }
  });
});

describe('the form of a kind', () => {
  it.each(registry.kinds.map((kind) => [kind.kind, kind] as const))(
    '%s has a title, a unit and a range for every field',
    (_name, kind) => {
      for (const field of registry.fields(kind)) {
        expect(field.title).not.toBe('');
        expect(field.description).not.toBe('');
        expect(field.default).not.toBeNull();
        if (field.type === 'integer' || field.type === 'number') {
          expect(field.unit).not.toBe('');
          expect(field.maximum).toBeGreaterThan(field.minimum ?? 0);
        }
      }
    },
  );
});
