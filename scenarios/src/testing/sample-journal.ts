import { createRandom, type Random } from '@faultline/chassis/core';
import type { JournalEntry, Plan } from '../journal/entries.ts';
import { SAMPLE_CHECKS, SAMPLE_DOCUMENT, SAMPLE_PLAN } from './sample-document.ts';

/** When the sample run started, epoch milliseconds. */
export const SAMPLE_STARTED_AT = Date.UTC(2026, 8, 14, 21, 35, 0);

type Body = JournalEntry extends infer Entry
  ? Entry extends JournalEntry
    ? Omit<Entry, 'seq' | 'at' | 'variant'>
    : never
  : never;

/** Writes entries with their number and time. */
interface Pen {
  variant: string | null;
  /** Epoch milliseconds. */
  now: number;
  write(entry: Body): void;
}

/** One second of one variant, as the user sees it. */
interface Look {
  errorRatio: number;
  p95Ms: number;
  calls: number;
}

/**
 * The journal of a finished run of `payments-latency-opens-breaker`: with the breaker it holds,
 * without it checkout takes five seconds, which is what the document claims. Always the same.
 */
export function sampleJournal(): JournalEntry[] {
  const entries: JournalEntry[] = [];
  const pen: Pen = {
    variant: null,
    now: SAMPLE_STARTED_AT,
    write(entry) {
      const head = { seq: entries.length, at: pen.now, variant: pen.variant };
      entries.push({ ...head, ...entry });
    },
  };
  pen.write(runStarted(SAMPLE_PLAN));
  for (const [index, withBreaker] of [true, false].entries()) {
    writeVariant(pen, withBreaker, createRandom(7 + index));
  }
  pen.variant = null;
  pen.write({
    kind: 'run-ended',
    verdict: 'holds',
    asClaimed: true,
    exitCode: 0,
    reasons: ['with-breaker holds', 'without-breaker fails because of red.latency, as claimed'],
  });
  return entries;
}

function runStarted(plan: Plan): Body {
  return {
    kind: 'run-started',
    runId: 'run-20260914-213500-7f3a',
    runKind: 'experiment',
    document: SAMPLE_DOCUMENT,
    description:
      'A provider that hangs holds one caller for every call. The breaker notices and answers at once, so that checkout takes the other way: orders are compensated in place of waiting.',
    pattern: 'R4',
    lookAt: [
      'p95 of checkout falls back as soon as the breaker is open.',
      'Without the breaker, browsing slows down too: all wait for one line.',
    ],
    runbook: 'runbooks/payments-slow.md',
    tags: ['network', 'breaker', 'checkout'],
    requestedBy: 'ada',
    runtime: 'process',
    version: '0.1.0',
    plan,
  };
}

function writeVariant(pen: Pen, withBreaker: boolean, random: Random): void {
  const name = withBreaker ? 'with-breaker' : 'without-breaker';
  pen.variant = name;
  pen.write({
    kind: 'variant-started',
    expect: withBreaker ? 'holds' : 'fails',
    because: withBreaker ? [] : ['red.latency'],
    changes: withBreaker ? [] : ['orders->payments breaker off'],
    sweep: null,
  });
  writePreparation(pen, withBreaker, random);
  const injectedAt = writeMethod(pen, withBreaker, random);
  writeEnding(pen, withBreaker, random, injectedAt);
}

function writePreparation(pen: Pen, withBreaker: boolean, random: Random): void {
  phase(pen, 'preparing');
  act(pen, 'reset-data', 'reset all data', 2140);
  if (!withBreaker) act(pen, 'policy', 'orders->payments breaker off', 180);
  act(pen, 'load', '40 req/s, seed 7', 12);
  phase(pen, 'warming-up');
  watch(pen, 10, () => normal(random));
  phase(pen, 'steady-before');
  watch(pen, 10, () => normal(random));
  decide(pen, 'before', normal(random), false);
}

/** Returns when the fault was injected. */
function writeMethod(pen: Pen, withBreaker: boolean, random: Random): number {
  const faultId = withBreaker ? 'fault-31' : 'fault-32';
  phase(pen, 'method');
  step(pen, '0');
  act(pen, 'inject', 'latency 2 s ± 100 ms on orders->payments', 34, faultId);
  const injectedAt = pen.now;
  done(pen, '0', 'latency 2 s ± 100 ms on orders->payments');
  step(pen, '1');
  watch(pen, withBreaker ? 6 : 10, (second) => broken(random, withBreaker && second > 5, second));
  pen.write({
    kind: 'check',
    check: 'breaker',
    when: 'await',
    outcome: withBreaker ? 'held' : 'broken',
    value: withBreaker ? 'open' : 'closed',
    samples: null,
    detail: withBreaker
      ? 'breaker orders->payments was open after 6.2 s'
      : 'breaker orders->payments was closed for 10 s, expected open',
  });
  ended(pen, '1', withBreaker, withBreaker ? 'open after 6.2 s' : 'not open within 10 s');
  step(pen, '2');
  watch(pen, 15, (second) => broken(random, withBreaker, second + 10));
  decide(pen, 'during', broken(random, withBreaker, 30), !withBreaker);
  ended(pen, '2', withBreaker, withBreaker ? 'red.latency held' : 'red.latency was broken');
  step(pen, '3');
  pen.write({
    kind: 'effect',
    faultId,
    seen: true,
    detail: 'p95 of orders->payments rose from 41 ms to 2.06 s',
  });
  act(pen, 'clear', 'latency 2 s ± 100 ms on orders->payments', 96, faultId);
  done(pen, '3', '1 fault cleared, undo verified');
  step(pen, '4');
  watch(pen, withBreaker ? 11 : 1, (second) => recovering(random, withBreaker, second));
  done(pen, '4', withBreaker ? 'closed after 11.4 s' : 'closed at once');
  return injectedAt;
}

function writeEnding(pen: Pen, withBreaker: boolean, random: Random, injectedAt: number): void {
  phase(pen, 'steady-after');
  watch(pen, withBreaker ? 10 : 31, (second) =>
    withBreaker ? normal(random) : recovering(random, false, second),
  );
  decide(pen, 'after', normal(random), false);
  phase(pen, 'undoing');
  if (!withBreaker) act(pen, 'restore', 'policies', 140);
  pen.write({ kind: 'undo', clean: true, left: [] });
  phase(pen, 'steady-after-undo');
  watch(pen, 10, () => normal(random));
  decide(pen, 'after-undo', normal(random), false);
  phase(pen, 'settling');
  act(pen, 'load', 'stopped', 8);
  pen.now += 3200;
  phase(pen, 'invariants');
  writeInvariants(pen, withBreaker);
  writeSightings(pen, withBreaker, injectedAt);
  pen.write({
    kind: 'variant-ended',
    verdict: withBreaker ? 'holds' : 'fails',
    reasons: withBreaker
      ? ['the breaker opened after 6.2 s; p95 of checkout stayed at 238 ms while payments was slow']
      : ['p95 of gateway POST /v1/orders over 10 s was 4.9 s, expected < 400ms (389 calls)'],
    broken: withBreaker ? [] : ['red.latency', 'breaker'],
    asClaimed: true,
    exitCode: 0,
  });
  pen.now += 400;
}

function writeInvariants(pen: Pen, withBreaker: boolean): void {
  const sums = withBreaker ? '1,204.00 − 96.00 = 1,108.00' : '1,871.00 − 402.00 = 1,469.00';
  for (const [name, title, evidence] of [
    ['money-conserved', 'Money is conserved', `charged − refunded = captured: ${sums}`],
    ['stock-conserved', 'Stock is conserved', withBreaker ? '412 = 412' : '388 = 388'],
    ['no-double-effect', 'Nothing happens twice', '0 orders charged twice'],
    ['no-stuck-saga', 'No saga is stuck', '0 sagas without an end'],
  ] as const) {
    pen.write({ kind: 'invariant', name, title, holds: true, evidence, violations: [] });
  }
}

function writeSightings(pen: Pen, withBreaker: boolean, injectedAt: number): void {
  pen.write({
    kind: 'sighting',
    title: 'breaker orders->payments opened',
    seen: withBreaker,
    count: withBreaker ? 1 : 0,
    firstAt: withBreaker ? injectedAt + 6200 : null,
  });
  pen.write({
    kind: 'sighting',
    title: 'a saga was compensated',
    seen: true,
    count: withBreaker ? 212 : 388,
    firstAt: injectedAt + 4100,
  });
}

function watch(pen: Pen, seconds: number, lookAt: (second: number) => Look): void {
  for (let second = 1; second <= seconds; second += 1) {
    pen.now += 1000;
    const look = lookAt(second);
    for (const { id } of SAMPLE_CHECKS) {
      const value = valueOf(id, look);
      if (value === undefined) continue;
      const within = id === 'red.latency' ? look.p95Ms < 400 : look.errorRatio < 0.01;
      pen.write({ kind: 'observation', check: id, value, samples: look.calls, within });
    }
  }
}

function decide(
  pen: Pen,
  when: 'before' | 'during' | 'after' | 'after-undo',
  look: Look,
  slow: boolean,
): void {
  for (const { id, expect, title } of SAMPLE_CHECKS) {
    const value = valueOf(id, look);
    if (value === undefined || (when === 'during' && id !== 'red.latency')) continue;
    const was =
      id === 'red.latency'
        ? `${(look.p95Ms / 1000).toFixed(2)} s`
        : `${(look.errorRatio * 100).toFixed(1)} %`;
    pen.write({
      kind: 'check',
      check: id,
      when,
      outcome: slow ? 'broken' : 'held',
      value,
      samples: look.calls * 10,
      detail: `${title} was ${was}, expected ${expect} (${look.calls * 10} calls)`,
    });
  }
}

function valueOf(check: string, look: Look): number | undefined {
  if (check === 'red.latency') return Math.round(look.p95Ms);
  return check === 'red.errorRatio' ? Number(look.errorRatio.toFixed(4)) : undefined;
}

function normal(random: Random): Look {
  return {
    errorRatio: random.next() < 0.2 ? 0.002 : 0,
    p95Ms: 150 + 30 * random.next(),
    calls: 38 + Math.floor(5 * random.next()),
  };
}

/** `shielded`: the breaker is open. Without it, everything waits longer with every second. */
function broken(random: Random, shielded: boolean, second: number): Look {
  if (shielded) {
    return { errorRatio: 0.007 * random.next(), p95Ms: 228 + 20 * random.next(), calls: 39 };
  }
  const rise = Math.min(1, second / 12);
  return {
    errorRatio: Math.min(0.46, 0.03 * second) * (0.9 + 0.1 * random.next()),
    p95Ms: 160 + rise * 4740 * (0.98 + 0.02 * random.next()),
    calls: Math.round(40 - 6 * rise),
  };
}

function recovering(random: Random, shielded: boolean, second: number): Look {
  if (shielded) return { ...normal(random), p95Ms: 170 + 60 * random.next() };
  const left = Math.max(0, 1 - second / 20);
  return { ...normal(random), errorRatio: 0.46 * left, p95Ms: 170 + 4700 * left };
}

function phase(pen: Pen, name: Extract<JournalEntry, { kind: 'phase' }>['phase']): void {
  pen.write({ kind: 'phase', phase: name });
}

function act(
  pen: Pen,
  what: Extract<JournalEntry, { kind: 'act' }>['what'],
  title: string,
  durationMs: number,
  faultId: string | null = null,
): void {
  pen.now += durationMs;
  const links = faultId === null && what !== 'policy' ? [] : ['orders->payments'];
  pen.write({
    kind: 'act',
    what,
    title,
    links,
    services: [],
    outcome: 'done',
    detail: '',
    durationMs,
    faultId,
  });
}

function step(pen: Pen, path: string): void {
  const title = SAMPLE_PLAN.steps.find((one) => one.path === path)?.title ?? path;
  pen.write({ kind: 'step-started', path, title });
}

function done(pen: Pen, path: string, detail: string): void {
  ended(pen, path, true, detail);
}

function ended(pen: Pen, path: string, well: boolean, detail: string): void {
  pen.write({ kind: 'step-ended', path, outcome: well ? 'done' : 'failed', detail });
}
