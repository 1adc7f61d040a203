import { createRandom } from '@faultline/chassis/core';
import { TOPOLOGY } from '@faultline/topology';
import { describe, expect, it } from 'vitest';
import { catalogueFleet } from '../document/catalogue-fleet.ts';
import type { Step } from '../document/model.ts';
import { parseExperiment } from '../document/parse.ts';
import { createFaultRegistry } from '../faults/registry.ts';
import { drawSchedule } from './draw-schedule.ts';
import { minimalDocument } from './minimal-document.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';

const registry = createFaultRegistry();
const SPEC: SoakSpec = {
  seed: 7,
  durationMs: 120_000,
  rps: 40,
  kinds: [],
  off: ['orders.outbox', 'orders->payments.breaker'],
  atOnce: 2,
  shrink: true,
  shrinkMs: 60_000,
};
const latency = { kind: 'network.latency', link: 'orders->payments', latencyMs: 2000 };

function read(schedule: readonly ScheduledFault[], spec: SoakSpec = SPEC) {
  const text = minimalDocument({ spec, schedule, broken: ['money-conserved'] }, registry);
  const parsed = parseExperiment(text, { fileName: `soak-seed-${spec.seed}-minimal.yaml` });
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.problems, null, 2)}\n${text}`);
  return parsed.experiment;
}

function injections(steps: readonly Step[]): Extract<Step, { kind: 'inject' }>[] {
  return steps.flatMap((step) => {
    if (step.kind === 'inject') return [step];
    return step.kind === 'parallel' ? step.branches.flatMap(injections) : [];
  });
}

describe('the document of a minimal schedule', () => {
  it('is an experiment that waits, injects and waits until the fault is over', () => {
    const { method } = read([{ atMs: 4000, forMs: 6000, fault: latency }]);
    expect(method).toMatchObject([
      { kind: 'observe', forMs: 2500 },
      { kind: 'inject', forMs: 6000, fault: latency },
      { kind: 'observe', forMs: 4500 },
    ]);
  });

  it('plays faults that overlap in branches', () => {
    const { method } = read([
      { atMs: 1000, forMs: 6000, fault: latency },
      { atMs: 3000, forMs: 2000, fault: { kind: 'process.pause', instance: 'payments-1' } },
      { atMs: 8000, forMs: 2000, fault: { kind: 'process.pause', instance: 'orders-1' } },
    ]);
    expect(method).toHaveLength(1);
    const [block] = method;
    expect(block?.kind === 'parallel' && block.branches.map(injections)).toMatchObject([
      [{ fault: latency }, { fault: { instance: 'orders-1' } }],
      [{ fault: { instance: 'payments-1' } }],
    ]);
  });

  it('shows both ways when patterns were off', () => {
    expect(read([{ atMs: 0, forMs: 2000, fault: latency }]).variants).toMatchObject([
      { name: 'with-patterns', expect: 'holds', changes: [] },
      {
        name: 'without-patterns',
        expect: 'fails',
        because: ['money-conserved'],
        changes: [
          { target: 'service', name: 'orders', patch: { outbox: { enabled: false } } },
          { target: 'link', name: 'orders->payments', patch: { breaker: { enabled: false } } },
        ],
      },
    ]);
  });

  it('claims to hold when all patterns were on', () => {
    expect(read([{ atMs: 0, forMs: 2000, fault: latency }], { ...SPEC, off: [] }).variants).toEqual(
      [{ name: 'as-it-is', changes: [], expect: 'holds', because: [] }],
    );
  });

  it('is valid without any fault', () => {
    expect(read([]).method).toMatchObject([{ kind: 'observe', forMs: 1000 }]);
  });

  it('is valid for whatever is drawn, and says the same faults', () => {
    const status = catalogueFleet(TOPOLOGY, 'launch');
    for (let seed = 1; seed <= 6; seed += 1) {
      const spec = { ...SPEC, seed, atOnce: 1 + (seed % 5) };
      const schedule = drawSchedule(spec, { random: createRandom(seed), registry, status });
      const found = injections(read(schedule, spec).method);
      expect(found).toHaveLength(schedule.length);
      for (const { fault, forMs } of schedule) {
        expect(found).toContainEqual(expect.objectContaining({ fault, forMs }));
      }
    }
  });
});
