import { createRandom } from '@faultline/chassis/core';
import { TOPOLOGY } from '@faultline/topology';
import { describe, expect, it } from 'vitest';
import { catalogueFleet } from '../document/catalogue-fleet.ts';
import { createFaultRegistry } from '../faults/registry.ts';
import { flattenTarget, resolveTarget } from '../faults/selector.ts';
import { drawSchedule, QUIET_END_MS } from './draw-schedule.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';

const registry = createFaultRegistry();
const status = catalogueFleet(TOPOLOGY, 'launch');
const SPEC: SoakSpec = {
  seed: 7,
  durationMs: 300_000,
  rps: 40,
  kinds: [],
  off: [],
  atOnce: 3,
  shrink: true,
  shrinkMs: 60_000,
};

function draw(changes: Partial<SoakSpec> = {}): ScheduledFault[] {
  const spec = { ...SPEC, ...changes };
  return drawSchedule(spec, { random: createRandom(spec.seed), registry, status });
}

function requestOf({ fault, forMs }: ScheduledFault) {
  const request = registry.parse({ ...fault, ttlSeconds: forMs / 1000 });
  if (!('request' in request)) throw new Error(request.detail);
  return request;
}

const seeds = Array.from({ length: 6 }, (_, index) => index + 1);

describe('a schedule', () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(draw()).toEqual(draw());
    expect(draw({ seed: 8 })).not.toEqual(draw());
  });

  it('holds valid faults only, that hit something', () => {
    for (const fault of draw()) {
      const { kind, selector } = requestOf(fault);
      expect(resolveTarget(kind, selector, status).kind).not.toBe('refused');
    }
  });

  it('holds nothing that the lab does not admit', () => {
    const random = createRandom(SPEC.seed);
    const admits = (fault: object) => !JSON.stringify(fault).includes('payments');
    const schedule = drawSchedule(SPEC, { random, registry, status, admits });
    expect(schedule.length).toBeGreaterThan(20);
    expect(JSON.stringify(schedule)).not.toContain('payments');
    expect(JSON.stringify(draw())).toContain('payments');
  });

  it.each(seeds)(
    'has never more faults at once than allowed, and a quiet end (seed %d)',
    (seed) => {
      const schedule = draw({ seed });
      expect(schedule.length).toBeGreaterThan(20);
      for (const { atMs } of schedule) {
        const lasting = schedule.filter((one) => one.atMs <= atMs && atMs < one.atMs + one.forMs);
        expect(lasting.length).toBeLessThanOrEqual(SPEC.atOnce);
      }
      const end = Math.max(...schedule.map(({ atMs, forMs }) => atMs + forMs));
      expect(end).toBeLessThanOrEqual(SPEC.durationMs - QUIET_END_MS);
    },
  );

  it.each(seeds)('has no two faults that exclude each other on one target (seed %d)', (seed) => {
    const held = draw({ seed, atOnce: 10 }).map((fault) => {
      const { kind, selector } = requestOf(fault);
      const target = resolveTarget(kind, selector, status);
      if (target.kind === 'refused') throw new Error(target.detail);
      const { links, instances } = flattenTarget(target);
      return { ...fault, kind, names: [...links, ...instances] };
    });
    for (const [index, one] of held.entries()) {
      for (const other of held.slice(index + 1)) {
        const together = other.atMs < one.atMs + one.forMs && one.atMs < other.atMs + other.forMs;
        const shared = one.names.some((name) => other.names.includes(name));
        if (together && shared) expect(one.kind.excludes(other.kind.kind)).toBe(false);
      }
    }
  });

  it('kills the database and the broker seldom and briefly, and the load never', () => {
    const all = seeds.flatMap((seed) => draw({ seed, kinds: ['process.*'] }));
    const resources = all.filter(({ fault }) => /^(postgres|kafka)/.test(String(fault.instance)));
    expect(resources.length).toBeLessThan(all.length * 0.02);
    expect(resources.every(({ forMs }) => forMs <= 3000)).toBe(true);
    expect(all.some(({ fault }) => String(fault.instance).startsWith('loadgen'))).toBe(false);
  });

  it('draws from the kinds that are asked for', () => {
    const kinds = new Set(
      draw({ kinds: ['network.l*', 'process.pause'] }).map((one) => one.fault.kind),
    );
    expect([...kinds].sort()).toEqual(['network.latency', 'network.limit-data', 'process.pause']);
    expect(draw({ kinds: ['nothing.*'] })).toEqual([]);
  });

  it('keeps sensible ranges', () => {
    for (const { fault } of draw({ kinds: ['network.latency'] })) {
      expect(fault.latencyMs).toBeGreaterThanOrEqual(50);
      expect(fault.latencyMs).toBeLessThanOrEqual(3000);
      expect(fault.toxicity).toBeGreaterThanOrEqual(0.5);
    }
  });

  it('stays small enough to be looked at when it lasts a day', () => {
    const { length } = draw({ durationMs: 86_400_000, atOnce: 10, kinds: ['process.pause'] });
    expect(length).toBeGreaterThan(500);
    expect(length).toBeLessThan(2500);
  });

  it('fits the shortest soak', () => {
    for (const { atMs, forMs } of draw({ durationMs: 10_000 })) {
      expect(atMs + forMs).toBeLessThanOrEqual(7500);
    }
  });
});
