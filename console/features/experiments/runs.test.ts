import { readFileSync } from 'node:fs';
import type { ExperimentSummary, Run, RunSummary, VariantView } from '@faultline/server/contract';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { checkSeries, MOST_POINTS, thin, valueAt } from './check-series.ts';
import { asVariants, runLabels, sharedVariants } from './compared-runs.ts';
import { axisEnd, drawnTogether, faultBands } from './fault-bands.ts';
import { tailOf } from './journal-tail.ts';
import { filterLibrary, firstExperiment, libraryChoices, resultState } from './library-filter.ts';
import { documentIn, experimentIn, wordsOf } from './note-document.ts';
import { abortWords, currentVariant, phasesOf, stepDepth, timeLeft } from './run-progress.ts';
import { runQuery } from './run-query.ts';
import { soakPatterns } from './soak-patterns.ts';
import { sweepRows } from './sweep-rows.ts';
import { trendOf } from './trend.ts';
import { formatValue, limitsOf } from './value-words.ts';
import { resultWords, variantName } from './variant-words.ts';
import { variantSentence, verdictWords } from './verdict-words.ts';
import { watchRun, type RunSource } from './watch-run.ts';

const RUN = JSON.parse(
  readFileSync(new URL('../../../scenarios/src/testing/sample-run.json', import.meta.url), 'utf8'),
) as Run;
const variant = (at: number, change: Partial<VariantView> = {}): VariantView => ({
  ...(RUN.variants[at] as VariantView),
  ...change,
});
const outcome = (change: Partial<NonNullable<VariantView['outcome']>>) => ({
  ...(variant(1).outcome as NonNullable<VariantView['outcome']>),
  ...change,
});

describe('the verdict of a run', () => {
  it('is one sentence a variant that needs no documentation', () => {
    const words = verdictWords(RUN);
    expect(words).toMatchObject({ tone: 'ok', title: 'Proven both ways' });
    expect(words?.sentence).toBe(
      'With breaker: the claim holds. Without breaker: p95 of gateway POST /v1/orders over 10 s was 4.9 s, expected < 400ms (389 calls), so it fails, as the document says.',
    );
  });

  it('does not call a failure for another reason as claimed', () => {
    const other = variant(1, { outcome: outcome({ asClaimed: false }) });
    expect(variantSentence(other)).toMatch(
      /fails, but for another reason than the document says\.$/,
    );
    expect(resultWords({ expect: 'fails', verdict: 'fails', asClaimed: false })).toBe(
      'Fails, for another reason',
    );
  });

  it('says of a variant that should have failed that it did not', () => {
    const held = variant(1, { outcome: outcome({ verdict: 'holds', asClaimed: false }) });
    expect(variantSentence(held)).toBe(
      'Without breaker: the claim holds, though it should have failed.',
    );
  });

  it('says what stopped a run', () => {
    const stopped = variant(0, {
      aborted: { by: 'person', reason: 'Abort was pressed' },
      outcome: outcome({ verdict: 'inconclusive', asClaimed: false }),
    });
    const run = { ...RUN, variants: [stopped], outcome: { ...outcome({}), asClaimed: false } };
    expect(verdictWords(run)).toMatchObject({
      tone: 'bad',
      title: 'Stopped',
      sentence: 'With breaker: stopped by a person: Abort was pressed.',
    });
  });

  it('counts the variants of a sweep in place of telling each', () => {
    const variants = [0, 1, 2, 3, 4].map((at) =>
      variant(0, { name: `attempts-${at}`, sweep: { field: 'retry.attempts', value: at } }),
    );
    expect(verdictWords({ ...RUN, variants })).toMatchObject({
      title: 'Measured',
      sentence: 'Of 5 variants: 5 hold.',
    });
  });

  it('is not there before the end', () => {
    expect(verdictWords({ ...RUN, outcome: null })).toBeNull();
    expect(variantName('as-it-is')).toBe('As it is');
  });
});

describe('values', () => {
  it.each([
    [0.065, 'ratio', '6.5 %'],
    [4877, 'ms', '4.88 s'],
    [40, '1/s', '40 /s'],
    [2.7, 'times', '× 2.7'],
    [1204, 'count', '1,204'],
    ['open', '', 'open'],
    [true, '', 'yes'],
    [null, 'ms', '–'],
  ] as const)('says %s of %s as %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it.each([
    ['< 400ms', [400]],
    ['< 1%', [0.01]],
    ['300ms..2s', [300, 2000]],
    ['>= 5/s', [5]],
    ['1% to 5%', [0.01, 0.05]],
    ['open', []],
  ] as const)('draws the limits of %s', (expected, limits) => {
    expect(limitsOf(expected)).toEqual(limits);
  });
});

describe('charts of a run', () => {
  it('draws every variant of a check on one axis, latency on a logarithmic one', () => {
    const latency = checkSeries(RUN.variants).find(({ id }) => id === 'red.latency');
    expect(latency?.lines.map(({ variant: name }) => name)).toEqual([
      'with-breaker',
      'without-breaker',
    ]);
    expect(latency?.axis.scale).toBe('log');
    expect(latency?.limits).toEqual([400]);
    expect(latency?.axis.domain[1]).toBeGreaterThanOrEqual(4877);
  });

  it('draws states as steps in their fixed order', () => {
    const breaker = variant(0).checks.find(({ id }) => id === 'breaker');
    const points: [number, string][] = [
      [0, 'closed'],
      [1000, 'open'],
      [2000, 'half-open'],
    ];
    const [series] = checkSeries([variant(0, { checks: [{ ...breaker!, points }] })]);
    expect(series?.axis.words).toEqual(['closed', 'half-open', 'open']);
    expect(series?.lines[0]?.points.map(({ y }) => y)).toEqual([0, 2, 1]);
  });

  it('thins long curves without losing extremes or gaps', () => {
    const points = Array.from({ length: 10_000 }, (_, ms) => ({
      ms,
      y: ms === 4321 ? null : ms === 7000 ? 99 : 1,
      value: 1,
    }));
    const thinned = thin(points);
    expect(thinned.length).toBeLessThanOrEqual(MOST_POINTS * 1.5);
    expect(thinned.some(({ y }) => y === 99)).toBe(true);
    expect(thinned.some(({ y }) => y === null)).toBe(true);
  });

  it('reads a value under the pointer, and none where nothing was measured', () => {
    const line = checkSeries(RUN.variants)[0]?.lines[0];
    expect(valueAt(line!, 3300)?.ms).toBe(3152);
    expect(valueAt(line!, 500_000)).toBeUndefined();
  });

  it('shows what was broken in all variants that have begun, and ends with the longest', () => {
    expect(faultBands(RUN.variants).map(({ of }) => of)).toEqual([2, 2]);
    expect(axisEnd(RUN.variants)).toBe(92_810);
    expect(axisEnd([])).toBe(30_000);
  });

  it('draws together only as many variants as can be told apart', () => {
    expect(drawnTogether(RUN.variants, undefined)).toBe(RUN.variants);
    const tries = Array.from({ length: 9 }, (_, at) => variant(0, { name: `try ${at}` }));
    expect(drawnTogether(tries, tries[3])).toEqual([tries[3]]);
    const swept = [variant(0, { sweep: { field: 'retry.attempts', value: 1 } })];
    expect(drawnTogether(swept, undefined)).toEqual([]);
  });

  it('sets a sweep against what was measured', () => {
    const swept = [1, 3].map((attempts) =>
      variant(0, {
        sweep: { field: 'retry.attempts', value: attempts },
        measured: [{ id: 'ok', title: 'Success', unit: 'ratio', value: attempts / 4 }],
      }),
    );
    expect(sweepRows(swept)).toMatchObject({
      field: 'retry.attempts',
      labels: ['1', '3'],
      lines: [{ id: 'ok', points: [{ value: 0.25 }, { at: 1, value: 0.75 }] }],
    });
    expect(sweepRows(RUN.variants)).toBeNull();
  });
});

describe('the progress of a run', () => {
  const running: Run = {
    ...RUN,
    state: 'running',
    startedAt: 1000,
    variants: [
      variant(0, {
        state: 'running',
        phase: 'method',
        phases: [
          { phase: 'preparing', fromMs: 0, toMs: 2000 },
          { phase: 'method', fromMs: 2000, toMs: null },
        ],
      }),
      variant(1, { state: 'waiting' }),
    ],
  };

  it('shows the variant under way with all its phases, also those to come', () => {
    const shown = currentVariant(running);
    expect(currentVariant(RUN)?.name).toBe('with-breaker');
    expect(shown?.name).toBe('with-breaker');
    const states = phasesOf(shown!, 5000).map(({ phase, state, tookMs }) => [phase, state, tookMs]);
    expect(states).toContainEqual(['preparing', 'done', 2000]);
    expect(states).toContainEqual(['method', 'running', 3000]);
    expect(states).toContainEqual(['invariants', 'waiting', null]);
  });

  it('tells the time left only while it runs', () => {
    const at = (aboutMs: number | undefined, now: number) =>
      timeLeft({ ...running, plan: { ...running.plan, aboutMs } }, now);
    expect(at(80_000, 21_000)).toBe('about 1:00 left');
    expect(at(80_000, 81_000)).toBe('5:40 left at most');
    expect(at(undefined, 21_000)).toBe('6:40 left at most');
    expect(at(80_000, 500_000)).toBe('Longer than planned; it ends by itself');
    expect(timeLeft(RUN, 21_000)).toBeNull();
  });

  it('says before Abort is pressed what it will do', () => {
    expect(abortWords(running)).toBe(
      'Ends the run and puts back: faults, load, replicas, schema changes, policies. The variant that did not begin will not run.',
    );
    expect(abortWords({ ...running, state: 'queued' })).toMatch(/out of the queue/);
    expect(stepDepth('1.0')).toBe(1);
  });

  it('tells what was done and seen, the newest first', () => {
    const tail = tailOf(variant(1));
    expect(tail.map(({ atMs }) => atMs)).toEqual(
      tail.map(({ atMs }) => atMs).toSorted((a, b) => b - a),
    );
    expect(tail).toContainEqual(
      expect.objectContaining({ atMs: 32_366, tone: 'bad', side: 'theirs' }),
    );
    expect(new Set(tail.map(({ key }) => key)).size).toBe(tail.length);
  });
});

describe('runs beside each other', () => {
  it('are called by what tells them apart', () => {
    expect(runLabels([RUN, { ...RUN, experiment: 'other' }])).toEqual([RUN.experiment, 'other']);
    expect(runLabels([RUN, { ...RUN, seed: 9 }])).toEqual(['seed 7', 'seed 9']);
    expect(runLabels([RUN, RUN])).toEqual(['run 1', 'run 2']);
  });

  it('are drawn by the variant that all of them have', () => {
    const other = { ...RUN, seed: 9, variants: [variant(1)] };
    expect(sharedVariants([RUN, other])).toEqual(['without-breaker']);
    expect(asVariants([RUN, other], 'without-breaker').map(({ name }) => name)).toEqual([
      'seed 7',
      'seed 9',
    ]);
  });

  it('make a trend by variant, oldest first', () => {
    const summary = (id: string, state: RunSummary['state']) =>
      ({
        ...RUN,
        id,
        state,
        variants: RUN.variants.map((each) => ({ ...each, ...each.outcome })),
      }) as unknown as RunSummary;
    const trend = trendOf([summary('c', 'running'), summary('b', 'ended'), summary('a', 'ended')]);
    expect(trend.map(({ variant: name }) => name)).toEqual(['with-breaker', 'without-breaker']);
    expect(trend[0]?.results.map(({ runId }) => runId)).toEqual(['a', 'b']);
  });
});

describe('the library', () => {
  const experiment = (
    name: string,
    change: Partial<ExperimentSummary> = {},
  ): ExperimentSummary => ({
    ...{ name, title: `Claim ${name}`, pattern: 'R4', tags: [], description: '', faults: [] },
    ...{ origin: 'library', valid: true, aboutMs: 30_000, atMostMs: 100_000, last: null },
    variants: [
      { name: 'with', expect: 'holds' },
      { name: 'without', expect: 'fails' },
    ],
    ...change,
  });
  const last = (asClaimed: boolean): ExperimentSummary['last'] => ({
    ...{ runId: 'r', endedAt: 1, variants: [] },
    outcome: { verdict: 'holds', asClaimed, exitCode: 0, reasons: [] },
  });
  const ALL = { q: '', pattern: '', fault: '', tag: '', state: 'any' } as const;
  const LIBRARY = [
    experiment('a', { last: last(true), faults: ['network.latency'], tags: ['network'] }),
    experiment('b', { last: last(false), pattern: 'R10' }),
    experiment('c', { valid: false, pattern: 'R2' }),
    experiment('d', { pattern: null }),
  ];
  const names = (filter: Partial<Parameters<typeof filterLibrary>[1]>) =>
    filterLibrary(LIBRARY, { ...ALL, ...filter }).map(({ name }) => name);

  it('is narrowed by words, pattern, fault, tag and last result', () => {
    expect(names({})).toEqual(['a', 'b', 'c', 'd']);
    expect(names({ q: 'claim LATENCY' })).toEqual(['a']);
    expect(names({ pattern: 'R10' })).toEqual(['b']);
    expect(names({ fault: 'network.latency' })).toEqual(['a']);
    expect(names({ tag: 'network' })).toEqual(['a']);
    expect(names({ state: 'claimed' })).toEqual(['a']);
    expect(names({ state: 'not-claimed' })).toEqual(['b']);
    expect(names({ state: 'never' })).toEqual(['d']);
    expect(LIBRARY.map(resultState)[2]).toBe('invalid');
  });

  it('offers what occurs, R2 before R10', () => {
    expect(libraryChoices(LIBRARY).patterns).toEqual(['R2', 'R4', 'R10']);
  });

  it('suggests the shortest that fails without its pattern, until something was run', () => {
    const short = experiment('short', { aboutMs: 20_000 });
    const alone = experiment('alone', { aboutMs: 1, variants: [{ name: 'x', expect: 'holds' }] });
    expect(firstExperiment([experiment('long'), alone, short])?.name).toBe('short');
    const marked = experiment('marked', { tags: ['start-here'] });
    expect(firstExperiment([short, marked])?.name).toBe('marked');
    expect(firstExperiment(LIBRARY)).toBeNull();
  });
});

describe('a note of a run', () => {
  const NOTE = `The smallest schedule has 1 fault:\n\n${RUN.document}`;

  it('gives the document within it, and the words around it', () => {
    expect(documentIn(NOTE)).toBe(RUN.document);
    expect(documentIn('  apiVersion: faultline/v1\n  kind: Experiment')).toBe(
      'apiVersion: faultline/v1\nkind: Experiment\n',
    );
    expect(wordsOf(NOTE)).toBe('The smallest schedule has 1 fault:');
    expect(documentIn('nothing')).toBeNull();
  });

  it('names an experiment that is known', () => {
    expect(experimentIn('saved as `soak-42-minimal`.', ['other', 'soak-42-minimal'])).toBe(
      'soak-42-minimal',
    );
    expect(experimentIn('saved as soak-42', ['soak-4'])).toBeNull();
  });
});

describe('a soak', () => {
  it('can be run without the patterns that keep data right, where a service has them', () => {
    const policies = {
      patterns: [{ name: 'outbox', title: 'Outbox' }],
      services: [
        { service: 'orders', policy: { outbox: {}, cache: {} } },
        { service: 'catalog', policy: {} },
      ],
    } as unknown as Parameters<typeof soakPatterns>[0];
    expect(soakPatterns(policies)).toEqual([{ value: 'orders.outbox', title: 'Outbox, orders' }]);
  });
});

describe('a run that is asked for while it is watched', () => {
  it('stays ended when an answer of before its end comes after it', async () => {
    const client = new QueryClient();
    const late = Promise.withResolvers<Run>();
    const query = { ...runQuery(RUN.id), queryFn: () => late.promise };
    const observer = new QueryObserver<Run>(client, query);
    const leave = observer.subscribe(() => undefined);
    client.setQueryData(query.queryKey, RUN);
    late.resolve({ ...RUN, state: 'running' });
    await expect.poll(() => observer.getCurrentResult().fetchStatus).toBe('idle');
    expect(observer.getCurrentResult().data?.state).toBe('ended');
    leave();
    client.clear();
  });
});

describe('watching a run', () => {
  function source() {
    let listener: (message: { data: string }) => void = () => undefined;
    const close = vi.fn();
    const made = {
      onopen: null,
      onerror: null,
      readyState: 1,
      close,
      addEventListener: (_: 'run', told: typeof listener) => (listener = told),
      send: (data: string) => listener({ data }),
    } as RunSource & { send: (data: string) => void; readyState: number };
    return { made, close };
  }

  it('follows it to its end and then closes the stream', () => {
    const { made, close } = source();
    const run = vi.fn();
    watchRun('r 1', { run, connected: vi.fn() }, (url) => {
      expect(url).toBe('/api/runs/r%201/watch');
      return made;
    });
    made.send(JSON.stringify({ ...RUN, state: 'running' }));
    made.send('not json');
    expect(close).not.toHaveBeenCalled();
    made.send(JSON.stringify(RUN));
    expect(run).toHaveBeenCalledTimes(2);
    expect(close).toHaveBeenCalledOnce();
  });

  it('connects again after an answer that was no stream', () => {
    vi.useFakeTimers();
    const made = [source().made, source().made];
    let opened = 0;
    const connected = vi.fn();
    const stop = watchRun('r', { run: vi.fn(), connected }, () => made[opened++] as RunSource);
    Object.assign(made[0]!, { readyState: 2 });
    made[0]?.onerror?.();
    expect(connected).toHaveBeenLastCalledWith(false);
    vi.advanceTimersByTime(2000);
    expect(opened).toBe(2);
    made[1]?.onopen?.();
    expect(connected).toHaveBeenLastCalledWith(true);
    stop();
    vi.useRealTimers();
  });
});
