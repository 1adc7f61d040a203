import { formatBytes, formatDuration, formatRatio } from '../../document/units.ts';

/** What is looked at, each of it for one subject: a link, a service, an instance, an event. */
export const MEASURES = [
  /** Calls per second. */
  'calls',
  /** Share of calls that failed. */
  'errors',
  'p50',
  'p95',
  /** Calls per second that never went out. */
  'rejected',
  /** Worst breaker of a link: 0 closed, 1 half-open, 2 open. */
  'breaker',
  /** Events per second, by name. */
  'events',
  /** The same, of events that are told once for each change: one is enough. */
  'announced',
  /** Place of an instance's state in {@link STATES}; -1: it is gone. */
  'state',
  /** Start of an instance's process, epoch milliseconds. */
  'startedAt',
  'restarts',
  /** Bytes. */
  'memory',
  /** CPU seconds per second. */
  'cpu',
  /** Seconds. */
  'loopLag',
  /** Connections of a database pool in use, and requests for one that wait. */
  'poolInUse',
  'poolWaiting',
  /** Messages that wait for the consumers of a topic. */
  'lag',
  'deadLetters',
  /** Events per second that an instance handles after a later one of their partition. */
  'reordered',
  /** Violations of an invariant. */
  'violations',
] as const;
/** See {@link MEASURES}. */
export type Measure = (typeof MEASURES)[number];

/** States of an instance, as numbers stand for them. */
export const STATES = ['ready', 'starting', 'paused', 'crashed', 'stopped'] as const;

/** One number before and after, with what else is known of its subject. */
export interface Change {
  before: number;
  after: number;
  /** Length of the time that `after` is about, seconds. */
  seconds: number;
  /** Calls per second of the same subject, after. */
  callsPerS: number;
}

/** When a number has moved, and how people are told. */
interface Rule {
  moved: (change: Change) => boolean;
  /** The middle of a sentence: `rose from 12 ms to 2 s`. */
  say: (change: Change) => string;
  /** What it is of its subject: `p95 of`; empty when the subject speaks for itself. */
  of: string;
}

/** How long the numbers before are about, seconds. */
export const BASELINE_S = 10;

/** At least so many percent up or down, as a factor. */
const NOTABLE = 0.3;
const ERROR_RATIO_STEP = 0.01;
const ENOUGH_ERRORS = 3;
const ENOUGH_CALLS = 10;
const NOTABLE_LATENCY_MS = 5;
const NOTABLE_LAG = 20;
const NOTABLE_EVENTS = 3;
const NOTABLE_REJECTIONS = 3;
const NOTABLE_MEMORY_BYTES = 32e6;
const NOTABLE_CONNECTIONS = 3;
const NOTABLE_WAITING = 2;
const NOTABLE_CPU = 0.3;
const NOTABLE_LOOP_LAG_S = 0.02;

const fromTo = (show: (value: number) => string): Pick<Rule, 'say'> => ({
  say: ({ before, after }) =>
    `${after > before ? 'rose' : 'fell'} from ${show(before)} to ${show(after)}`,
});
const plain = (value: number): string => String(Number(value.toPrecision(3)));
const perSecond = (value: number): string => `${plain(value)} /s`;
const seconds = (value: number): string => formatDuration(value * 1000);

const latency: Rule['moved'] = ({ before, after, callsPerS, seconds: length }) =>
  callsPerS * length >= ENOUGH_CALLS &&
  after >= before * (1 + NOTABLE) &&
  after - before >= NOTABLE_LATENCY_MS;

function toldTimes({ after, seconds: length }: Change): string {
  const times = Math.round(after * length);
  return times === 1 ? 'was told once' : `was told ${times} times`;
}

/**
 * More than three standard deviations apart. Counts of arrivals vary by the root of themselves
 * (Poisson), and so does the count that the rate before was made from.
 */
function isBeyondChance({ before, after, seconds: length }: Change): boolean {
  const expected = before * length;
  const deviation = Math.sqrt(expected * (1 + length / BASELINE_S));
  return Math.abs(after * length - expected) > 3 * deviation;
}

const grewBy =
  (step: number): Rule['moved'] =>
  ({ before, after }) =>
    after - before >= step;

/** What is not there counts as nothing: no event, no refused call, no open breaker. */
export const ABSENT: Readonly<Partial<Record<Measure, number>>> = {
  events: 0,
  announced: 0,
  rejected: 0,
  breaker: 0,
  reordered: 0,
};

/** Thresholds of an effect. A test holds each of them. */
export const RULES: Readonly<Record<Measure, Rule>> = {
  calls: {
    of: 'rate of',
    moved: (change) =>
      Math.abs(change.after - change.before) >= change.before * NOTABLE && isBeyondChance(change),
    ...fromTo(perSecond),
  },
  errors: {
    of: 'error ratio of',
    moved: ({ before, after, callsPerS, seconds: length }) =>
      after - before >= ERROR_RATIO_STEP && Math.round(after * callsPerS * length) >= ENOUGH_ERRORS,
    ...fromTo(formatRatio),
  },
  p50: { of: 'p50 of', moved: latency, ...fromTo(formatDuration) },
  p95: { of: 'p95 of', moved: latency, ...fromTo(formatDuration) },
  rejected: {
    of: 'rejected calls of',
    moved: ({ before, after, seconds: length }) =>
      (after - before) * length >= NOTABLE_REJECTIONS && after >= before * (1 + NOTABLE),
    ...fromTo(perSecond),
  },
  breaker: {
    of: 'breaker of',
    moved: ({ before, after }) => after > before,
    say: ({ after }) => (after === 2 ? 'opened' : 'is half-open'),
  },
  events: {
    of: '',
    moved: (change) =>
      (change.after - change.before) * change.seconds >= NOTABLE_EVENTS &&
      change.after >= change.before * (1 + NOTABLE) &&
      isBeyondChance(change),
    say: toldTimes,
  },
  announced: {
    of: '',
    moved: (change) =>
      (change.after - change.before) * change.seconds >= 1 && isBeyondChance(change),
    say: toldTimes,
  },
  state: {
    of: '',
    moved: ({ before, after }) => after !== before,
    say: ({ after }) => `is ${STATES[after] ?? 'gone'}`,
  },
  startedAt: {
    of: '',
    moved: ({ before, after }) => after > before,
    say: () => 'was started anew',
  },
  restarts: { of: 'restarts of', moved: grewBy(1), ...fromTo(plain) },
  memory: { of: 'memory of', moved: grewBy(NOTABLE_MEMORY_BYTES), ...fromTo(formatBytes) },
  cpu: { of: 'processor use of', moved: grewBy(NOTABLE_CPU), ...fromTo(plain) },
  loopLag: { of: 'event loop delay of', moved: grewBy(NOTABLE_LOOP_LAG_S), ...fromTo(seconds) },
  poolInUse: { of: 'connections in use of', moved: grewBy(NOTABLE_CONNECTIONS), ...fromTo(plain) },
  poolWaiting: {
    of: 'requests that wait for a connection of',
    moved: grewBy(NOTABLE_WAITING),
    ...fromTo(plain),
  },
  lag: { of: 'consumer lag on', moved: grewBy(NOTABLE_LAG), ...fromTo(plain) },
  deadLetters: { of: 'dead letters of', moved: grewBy(1), ...fromTo(plain) },
  reordered: {
    of: 'events out of order of',
    moved: ({ before, after }) => after > before,
    ...fromTo(perSecond),
  },
  violations: { of: 'violations of', moved: grewBy(1), ...fromTo(plain) },
};
