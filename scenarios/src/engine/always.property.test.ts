import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../document/model.ts';
import { journalEntrySchema, type JournalEntry } from '../journal/entries.ts';
import { entriesOf } from '../testing/journal-entries.ts';
import { ERRORS, runSimulated, type SimulatedRunOptions } from '../testing/run-simulated.ts';
import type { Mishap } from '../testing/simulated-lab.ts';

const inject = (id: string, kind: string, forMs: number): Step => ({
  line: 1,
  kind: 'inject',
  id,
  fault: { kind, link: 'orders->payments' },
  forMs,
});
const METHOD: Step[] = [
  inject('slow', 'network.latency', 30_000),
  {
    line: 2,
    kind: 'parallel',
    branches: [
      [
        inject('short', 'network.reset', 2_000),
        { line: 3, kind: 'observe', forMs: 3_000, checks: [ERRORS.id] },
      ],
      [
        { line: 4, kind: 'scale', service: 'payments', replicas: 3 },
        { line: 5, kind: 'await', check: ERRORS, withinMs: 2_000, forMs: 500 },
        { line: 6, kind: 'clear', what: ['slow'] },
      ],
    ],
  },
  { line: 7, kind: 'load', change: { rps: 80 } },
  { line: 8, kind: 'policy', changes: [{ target: 'mtls', on: false }] },
  inject('last', 'process.pause', 30_000),
];
const FLAG = { target: 'flag' as const, name: 'new-checkout', patch: { on: true } };

const CALLS = [
  ...['change', 'restore-policies', 'set-load', 'restore-load', 'scale', 'restore-fleet', 'reset'],
  ...['settle', 'inject', 'clear', 'measure', 'sight', 'invariants', 'before', 'seen'],
];
/** What goes wrong, once each: the undo must then be clean. */
const mishaps = fc.array(
  fc.record({
    call: fc.constantFrom(...CALLS),
    before: fc.nat(12),
    what: fc.constantFrom<Mishap>('refuse', 'throw', 'hang'),
  }),
  { maxLength: 4 },
);
const aborts = fc.option(
  fc.record({
    afterMs: fc.nat(20_000),
    by: fc.constantFrom('person' as const, 'disconnect' as const, 'stop-all' as const),
    reason: fc.constant('enough'),
  }),
);
const scenarios = fc.record({
  mishaps,
  abort: aborts,
  errorRatio: fc.constantFrom(0, 0.005, 0.5, null),
  clearsAtTheEnd: fc.boolean(),
  guarded: fc.boolean(),
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer Value> ? Value : never;

function optionsOf(scenario: Scenario): SimulatedRunOptions {
  const { abort, clearsAtTheEnd, errorRatio, guarded } = scenario;
  const clear: Step[] = clearsAtTheEnd ? [{ line: 9, kind: 'clear', what: 'all' }] : [];
  return {
    experiment: {
      policies: [FLAG],
      method: [...METHOD, ...clear],
      recoveryMs: 3_000,
      invariants: ['money-conserved'],
      sometimes: [{ event: 'x', attributes: {}, service: null, times: 1 }],
      abortWhen: guarded ? [{ check: { ...ERRORS, id: 'guard' }, forMs: 1_000 }] : [],
      variants: [
        { name: 'one', changes: [], expect: 'holds', because: [] },
        { name: 'two', changes: [{ target: 'mtls', on: false }], expect: 'fails', because: [] },
      ],
    },
    read: (_probe, { faults }) => ({ value: faults.size > 0 ? errorRatio : 0, samples: 100 }),
    mishap: (call, before) =>
      scenario.mishaps.find((one) => one.call === call && one.before === before)?.what ?? null,
    ...(abort ? { abort } : {}),
  };
}

function expectWellFormed(journal: JournalEntry[]): void {
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_entry, index) => index));
  for (const entry of journal) expect(journalEntrySchema.parse(entry)).toEqual(entry);
  expect(journal[0]?.kind).toBe('run-started');
  expect(journal.at(-1)?.kind).toBe('run-ended');
  for (const { variant } of entriesOf(journal, 'variant-started')) {
    const own = journal.filter((entry) => entry.variant === variant);
    const started = entriesOf(own, 'step-started').map(({ path }) => path);
    const ended = entriesOf(own, 'step-ended').map(({ path }) => path);
    expect(ended.sort()).toEqual(started.sort());
    const undoing = entriesOf(own, 'phase').filter(({ phase }) => phase === 'undoing');
    expect(undoing).toHaveLength(1);
    expect(entriesOf(own, 'undo')).toHaveLength(1);
    expect(own.at(-1)?.kind).toBe('variant-ended');
  }
}

describe('whatever fails, hangs, is refused or aborted', () => {
  it('everything is put back, the undo is told once, the journal is whole', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const { journal, lab } = await runSimulated(optionsOf(scenario));
        expect(lab.leftovers()).toEqual([]);
        expectWellFormed(journal);
        expect(entriesOf(journal, 'undo').every(({ clean }) => clean)).toBe(true);
      }),
      { seed: 20_261_129, numRuns: 150 },
    );
  }, 120_000);

  it('the same seed and the same answers make the same journal', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const one = await runSimulated(optionsOf(scenario));
        const other = await runSimulated(optionsOf(scenario));
        expect(other.journal).toEqual(one.journal);
      }),
      { seed: 20_261_130, numRuns: 15 },
    );
  }, 60_000);
});
