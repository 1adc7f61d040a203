import { createManualClock, createRandom } from '@faultline/chassis/core';
import { TOPOLOGY } from '@faultline/topology';
import { describe, expect, it } from 'vitest';
import { catalogueFleet } from '../document/catalogue-fleet.ts';
import { parseExperiment } from '../document/parse.ts';
import { createFaultRegistry } from '../faults/registry.ts';
import { journalEntrySchema, type JournalEntry } from '../journal/entries.ts';
import { viewRun } from '../journal/fold.ts';
import { renderReport } from '../report/render.ts';
import { createSimulatedLab, type SimulatedLabOptions } from '../testing/simulated-lab.ts';
import type { SoakSpec } from './model.ts';
import { runSoak, type SoakResult } from './run-soak.ts';

const SPEC: SoakSpec = {
  seed: 7,
  durationMs: 60_000,
  rps: 40,
  kinds: ['network.latency', 'process.pause'],
  off: ['orders.outbox'],
  atOnce: 2,
  shrink: true,
  shrinkMs: 3_600_000,
};

interface Soaked {
  result: SoakResult;
  journal: JournalEntry[];
  leftovers: string[];
  calls: readonly string[];
}

async function soak(
  changes: Partial<SoakSpec> = {},
  options: Omit<SimulatedLabOptions, 'clock'> = {},
  abortAfterMs?: number,
): Promise<Soaked> {
  const spec = { ...SPEC, ...changes };
  const clock = createManualClock(1_780_000_000_000);
  const lab = createSimulatedLab({ ...options, clock });
  const journal: JournalEntry[] = [];
  const controller = new AbortController();
  const stop = { by: 'person', reason: 'ann pressed Abort' } as const;
  if (abortAfterMs !== undefined) {
    void clock.sleep(abortAfterMs).then(() => controller.abort(stop));
  }
  const run = runSoak({
    ...{ runId: 'run-1', spec, requestedBy: 'ann', runtime: 'process', version: '0.1.0' },
    ports: lab.ports,
    registry: createFaultRegistry(),
    status: catalogueFleet(TOPOLOGY, 'launch'),
    clock,
    random: createRandom(1),
    scheduleRandom: createRandom(spec.seed),
    write: (entry) => journal.push(journalEntrySchema.parse(entry)),
    signal: controller.signal,
  });
  let ended = false;
  const end = () => {
    ended = true;
  };
  run.then(end, end);
  while (!ended) await clock.advance(500);
  return { result: await run, journal, leftovers: lab.leftovers(), calls: lab.calls };
}

/** A lab in which money is lost as soon as a fault of this kind lasts. */
function losesMoneyOn(kind: string): Omit<SimulatedLabOptions, 'clock'> {
  let lost = false;
  return {
    read(_probe, { faults }) {
      if ([...faults.values()].some((fault) => fault.kind === kind)) lost = true;
      return { value: 0, samples: 100 };
    },
    brokenInvariants() {
      const broken = lost ? ['money-conserved'] : [];
      lost = false;
      return broken;
    },
  };
}

describe('a soak', () => {
  it('holds when no invariant is broken, and leaves nothing behind', async () => {
    const { result, journal, leftovers } = await soak();
    expect(result).toMatchObject({ outcome: { verdict: 'holds', exitCode: 0 }, minimal: null });
    expect(leftovers).toEqual([]);
    const view = viewRun(journal);
    expect(view).toMatchObject({ runKind: 'soak', state: 'ended', experiment: 'soak-seed-7' });
    const [variant] = view.variants;
    expect(variant?.faults.length).toBeGreaterThan(4);
    expect(variant?.steps.every(({ state }) => state === 'done')).toBe(true);
    expect(variant?.checks[0]?.points.length).toBeGreaterThan(20);
    expect(variant?.changes).toHaveLength(1);
  });

  it('plays the same faults at the same times for the same seed', async () => {
    const bands = async () =>
      viewRun((await soak()).journal).variants[0]?.faults.map(({ title, fromMs }) => [
        title,
        fromMs,
      ]);
    expect(await bands()).toEqual(await bands());
  });

  it('takes the patterns back on and the load off before the invariants are asked', async () => {
    const { calls } = await soak();
    const order = ['restore-policies', 'set-load off', 'settle', 'invariants', 'restore-load'];
    expect(order.map((call) => calls.indexOf(call))).toEqual(
      order.map((call) => calls.indexOf(call)).toSorted((one, other) => one - other),
    );
    expect(calls[0]).toBe('reset');
  });

  it('shrinks a violation to the one fault that it takes, as an experiment', async () => {
    const { result, journal, leftovers } = await soak({}, losesMoneyOn('process.pause'));
    expect(result.outcome).toMatchObject({ verdict: 'fails', exitCode: 1, asClaimed: false });
    expect(result.minimal?.schedule).toMatchObject([{ fault: { kind: 'process.pause' } }]);
    const parsed = parseExperiment(result.minimal?.document ?? '');
    expect(parsed.ok && parsed.experiment.invariants).toEqual(['money-conserved']);
    const view = viewRun(journal);
    expect(view.variants.slice(1).every(({ name }) => /^try \d+: \d+ faults?$/.test(name))).toBe(
      true,
    );
    expect(view.notes.at(-1)?.text).toContain('the minimal schedule: 1 fault');
    expect(leftovers).toEqual([]);
    for (const format of ['html', 'md'] as const) {
      expect(renderReport(format, journal)).toContain('soak-seed-7-minimal');
    }
  });

  it('finds that no fault is needed when the pattern alone is what is missing', async () => {
    const { result } = await soak({}, { brokenInvariants: () => ['money-conserved'] });
    expect(result.minimal?.schedule).toEqual([]);
  });

  it('does not shrink unless asked, and stops when the time for it is over', async () => {
    const asked = await soak({ shrink: false }, losesMoneyOn('process.pause'));
    expect(asked.result).toMatchObject({ outcome: { exitCode: 1 }, minimal: null });
    const { result, journal } = await soak({ shrinkMs: 0 }, losesMoneyOn('process.pause'));
    expect(viewRun(journal).variants).toHaveLength(1);
    expect(result.minimal?.schedule.length).toBeGreaterThan(4);
  });

  it('leaves out a fault that is refused, and goes on', async () => {
    const mishap = (call: string, before: number) =>
      call === 'inject' && before === 0 ? ('refuse' as const) : null;
    const { result, journal } = await soak({}, { mishap });
    expect(result.outcome).toMatchObject({ verdict: 'holds', exitCode: 0 });
    expect(viewRun(journal).variants[0]?.steps[0]).toMatchObject({ state: 'failed' });
  });

  it('is inconclusive when no fault took effect', async () => {
    const mishap = (call: string) => (call === 'inject' ? ('refuse' as const) : null);
    const { result } = await soak({}, { mishap });
    expect(result.outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
  });

  it('undoes everything when a person stops it in the middle', async () => {
    const { result, journal, leftovers } = await soak({}, {}, 30_000);
    expect(result.outcome).toMatchObject({ exitCode: 3, reasons: ['ann pressed Abort'] });
    expect(leftovers).toEqual([]);
    expect(viewRun(journal).variants[0]?.undo).toEqual({ clean: true, left: [] });
  });

  it('is a fault of the lab when the data cannot be reset, and leaves nothing behind', async () => {
    const mishap = (call: string) => (call === 'reset' ? ('throw' as const) : null);
    const { result, leftovers } = await soak({}, { mishap });
    expect(result.outcome).toMatchObject({ verdict: 'inconclusive', exitCode: 70 });
    expect(leftovers).toEqual([]);
  });

  it('refuses a name that is no pattern', async () => {
    await expect(soak({ off: ['outbox'] })).rejects.toThrow(/orders\.outbox.*received outbox/);
  });
});
