import { describe, expect, it } from 'vitest';
import { SAMPLE_STARTED_AT, sampleJournal } from '../testing/sample-journal.ts';
import type { JournalEntry } from './entries.ts';
import { createRunFold, viewRun, type QueuedRun } from './fold.ts';
import { MAXIMUM_POINTS } from './points.ts';
import { runViewSchema } from './view.ts';

type Body = Record<string, unknown> & { kind: JournalEntry['kind'] };

/** The sample's beginning, with these entries of the first variant, one a second. */
function runOf(...bodies: Body[]): JournalEntry[] {
  const [head] = sampleJournal();
  if (!head) throw new Error('the sample is empty');
  const entries = bodies.map((body, index) => ({
    seq: index + 1,
    at: head.at + index * 1000,
    variant: 'with-breaker',
    ...body,
  }));
  return [head, ...(entries as unknown as JournalEntry[])];
}

const started: Body = {
  kind: 'variant-started',
  expect: 'holds',
  because: [],
  changes: [],
  sweep: null,
};
const injected: Body = {
  kind: 'act',
  what: 'inject',
  title: 'latency',
  links: ['a->b'],
  services: [],
  outcome: 'done',
  detail: '',
  durationMs: 5,
  faultId: 'f-1',
};
const ended: Body = {
  kind: 'variant-ended',
  verdict: 'holds',
  reasons: [],
  broken: [],
  asClaimed: true,
  exitCode: 0,
};
const queued: QueuedRun = {
  ...viewRun(sampleJournal().slice(0, 1)),
  id: 'run-9',
  position: 2,
  queuedAt: SAMPLE_STARTED_AT - 60_000,
};

function first(entries: readonly JournalEntry[]) {
  const variant = viewRun(entries).variants[0];
  if (!variant) throw new Error('no variant');
  return variant;
}

describe('the view of a run', () => {
  it('is that of a queued run, with its plan, before the journal has begun', () => {
    const view = viewRun([], queued);
    expect(view).toMatchObject({ id: 'run-9', state: 'queued', position: 2, startedAt: null });
    expect(view.variants.map(({ state, steps }) => [state, steps.length])).toEqual([
      ['waiting', 5],
      ['waiting', 5],
    ]);
    expect(runViewSchema.safeParse(view).success).toBe(true);
  });

  it('keeps the time of queueing and leaves the queue when the run starts', () => {
    const view = viewRun(sampleJournal().slice(0, 3), queued);
    expect(view).toMatchObject({
      state: 'running',
      position: 0,
      queuedAt: queued.queuedAt,
      startedAt: SAMPLE_STARTED_AT,
    });
  });

  it('moves up in the queue', () => {
    const fold = createRunFold(queued);
    fold.moveTo(1);
    expect(fold.view().position).toBe(1);
  });

  it('throws for a journal without a beginning', () => {
    expect(() => viewRun([])).toThrow(/run-started/);
  });

  it('is the same made at once and entry by entry, and valid at every entry', () => {
    const entries = sampleJournal();
    const fold = createRunFold();
    for (const [index, entry] of entries.entries()) {
      fold.add(entry);
      if (index % 40 === 0) runViewSchema.parse(fold.view());
    }
    expect(fold.view()).toEqual(viewRun(entries));
  });

  it('does not change after it was taken', () => {
    const entries = sampleJournal();
    const fold = createRunFold();
    entries.slice(0, 60).forEach((entry) => fold.add(entry));
    const view = fold.view();
    const before = structuredClone(view);
    entries.slice(60).forEach((entry) => fold.add(entry));
    expect(view).toEqual(before);
  });
});

describe('a variant in the view', () => {
  it('shows a fault as a band from the injection to the undo', () => {
    const variant = first(
      runOf(started, injected, { ...injected, what: 'clear', title: 'latency' }),
    );
    expect(variant.faults).toMatchObject([{ faultId: 'f-1', fromMs: 1000, toMs: 2000 }]);
  });

  it('ends a band when the fault ended by itself, and says so', () => {
    const variant = first(
      runOf(started, injected, { kind: 'fault-ended', faultId: 'f-1', why: 'its time was over' }),
    );
    expect(variant.faults[0]?.toMs).toBe(2000);
    expect(variant.marks).toMatchObject([
      { atMs: 2000, title: 'latency ended: its time was over' },
    ]);
  });

  it('has no open band, phase or running step once it has ended', () => {
    const variant = first(
      runOf(
        started,
        { kind: 'phase', phase: 'method' },
        { kind: 'step-started', path: '0', title: 'Inject' },
        injected,
        ended,
      ),
    );
    expect(variant).toMatchObject({ state: 'ended', phase: null });
    expect(variant.faults[0]?.toMs).toBe(4000);
    expect(variant.phases).toEqual([{ phase: 'method', fromMs: 1000, toMs: 4000 }]);
    expect(variant.steps[0]).toMatchObject({ state: 'stopped', startedMs: 2000, endedMs: 4000 });
  });

  it('marks a refused act and shows no band for it', () => {
    const variant = first(
      runOf(started, { ...injected, outcome: 'failed', detail: 'no such link', faultId: null }),
    );
    expect(variant.faults).toEqual([]);
    expect(variant.marks).toMatchObject([
      { side: 'ours', severity: 'bad', title: 'latency: no such link' },
    ]);
  });

  it('puts a sighting at the time when it was first seen', () => {
    const variant = first(
      runOf(
        started,
        { kind: 'phase', phase: 'method' },
        {
          kind: 'sighting',
          title: 'breaker opened',
          seen: true,
          count: 2,
          firstAt: SAMPLE_STARTED_AT + 500,
        },
      ),
    );
    expect(variant.sightings).toEqual([
      { title: 'breaker opened', seen: true, count: 2, firstMs: 500 },
    ]);
    expect(variant.marks).toMatchObject([{ atMs: 500, title: 'breaker opened' }]);
  });

  it('adds steps, checks and variants that the plan does not know', () => {
    const view = viewRun(
      runOf(
        { ...started, variant: 'try 1: 2 faults' },
        { kind: 'step-started', path: '7', title: 'Pause', variant: 'try 1: 2 faults' },
        {
          kind: 'observation',
          check: 'extra',
          value: 3,
          samples: null,
          within: null,
          variant: 'try 1: 2 faults',
        },
      ),
    );
    const tried = view.variants[2];
    expect(tried).toMatchObject({
      name: 'try 1: 2 faults',
      expect: 'holds',
      steps: [{ path: '7', title: 'Pause', state: 'running' }],
    });
    expect(tried?.checks.find(({ id }) => id === 'extra')?.points).toEqual([[2000, 3]]);
  });

  it('keeps an evenly spread part of the points of a long run', () => {
    const looks = Array.from({ length: 3 * MAXIMUM_POINTS }, (_, index) => ({
      kind: 'observation' as const,
      check: 'red.latency',
      value: index,
      samples: 1,
      within: true,
    }));
    const points = first(runOf(...looks)).checks.find(({ id }) => id === 'red.latency')?.points;
    expect(points?.length).toBeLessThan(MAXIMUM_POINTS);
    expect(points?.length).toBeGreaterThanOrEqual(MAXIMUM_POINTS / 2);
    const gaps = points?.slice(1).map(([atMs], index) => atMs - (points[index]?.[0] ?? 0));
    expect(new Set(gaps).size).toBe(1);
  });

  it('tells of what befell the run between variants as a note', () => {
    const view = viewRun(
      runOf({ kind: 'aborted', variant: null, by: 'person', reason: 'Ada pressed stop' }),
    );
    expect(view.notes).toMatchObject([{ severity: 'warn', text: 'stopped: Ada pressed stop' }]);
  });
});
