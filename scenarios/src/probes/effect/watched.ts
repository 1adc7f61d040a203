import { EVENT } from '@faultline/chassis/core';
import type { Measure } from './measures.ts';

/** What a fault of some kinds may move. */
export interface Watch {
  measures: ReadonlySet<Measure>;
  /** Names of events that tell of it, or their beginnings with `*`. */
  events: readonly string[];
}

interface Area {
  measures: readonly Measure[];
  events: readonly string[];
}

const CALLS: readonly Measure[] = ['calls', 'errors', 'p50', 'p95', 'rejected', 'breaker'];
const PROCESS: readonly Measure[] = ['state', 'startedAt', 'restarts'];
const MESSAGES: readonly Measure[] = ['lag', 'deadLetters'];
const TOLD: readonly Measure[] = ['events', 'announced'];
const RESILIENCE = 'resilience.*';

/** Events that are told once for each change. */
export const ANNOUNCEMENTS: ReadonlySet<string> = new Set([
  EVENT.breakerStateChanged,
  EVENT.instanceEjected,
  EVENT.healthChanged,
  EVENT.secretRotated,
  EVENT.tokensRevoked,
  EVENT.sagaStuck,
  EVENT.deadLetterPublished,
]);

/** By the first word of the kind. */
const BY_AREA: Readonly<Record<string, Area>> = {
  network: { measures: [...CALLS, ...TOLD, 'lag'], events: [RESILIENCE] },
  process: { measures: [...PROCESS, ...CALLS, ...TOLD, 'lag'], events: [RESILIENCE] },
  application: {
    measures: [...CALLS, ...TOLD],
    events: [
      RESILIENCE,
      EVENT.sagaStepFailed,
      EVENT.sagaCompensationStarted,
      EVENT.sagaCompensationFailed,
      EVENT.sagaStuck,
    ],
  },
  events: {
    measures: [...MESSAGES, ...PROCESS, 'calls', 'p50', 'p95', ...TOLD],
    events: ['inbox.*', 'deadletter.*'],
  },
  identity: {
    measures: [...CALLS, ...TOLD],
    events: [EVENT.accessRefused, EVENT.secretRotated, EVENT.tokensRevoked, RESILIENCE],
  },
  load: { measures: [...CALLS, ...TOLD], events: [RESILIENCE] },
};

const ANYTHING: Area = {
  measures: [...CALLS, ...PROCESS, ...MESSAGES, ...TOLD],
  events: [RESILIENCE, 'security.*', 'deadletter.*', EVENT.sagaStuck],
};

/** What some kinds move that is costly to look at, or varies too much to be looked at for all. */
const ALSO: Readonly<Record<string, readonly Measure[]>> = {
  'application.leak': ['memory'],
  'application.pool-exhaustion': ['poolInUse', 'poolWaiting'],
  'events.reorder': ['reordered'],
  'application.wrong-answer': ['violations'],
  'process.cpu-hog': ['cpu', 'loopLag'],
  'process.memory-pressure': ['memory'],
  'process.event-loop-stall': ['loopLag'],
};

/** What may move when a fault of `kind` is there; everything for kinds of no known area. */
export function watchOf(kind: string): Watch {
  const { measures, events } = BY_AREA[kind.split('.')[0] ?? ''] ?? ANYTHING;
  return { measures: new Set([...measures, ...(ALSO[kind] ?? [])]), events };
}
