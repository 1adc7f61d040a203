import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import type { IdSource } from './ids.ts';
import type { Random } from './random.ts';

/** The machine's own time. The only place, with its two neighbours, where the ambient is read. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    await delay(durationMs, undefined, signal ? { signal } : {});
  },
};

/** The machine's own chance. */
export const systemRandom: Random = { next: () => Math.random() };

/** Random UUIDs (RFC 9562, version 4). */
export const systemIds: IdSource = { next: () => randomUUID() };
