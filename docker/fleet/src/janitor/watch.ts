/** Silence after which the control plane counts as gone and its faults are cleared, milliseconds. */
export const SILENCE_MS = 2500;
/** Time between two looks at the clock, milliseconds. */
export const LOOK_MS = 250;

/**
 * What is known of the control plane.
 *
 * ```
 *             SILENCE_MS            graceMs
 * listening ──────────────▶ silent ─────────▶ removing       leave: from anywhere but removing
 *     ▲          a beat       │                   ▲
 *     └───────────────────────┘          down ────┘
 * ```
 */
export type Watch =
  | { kind: 'listening' | 'silent'; lastBeatMs: number; lastLookMs: number }
  | { kind: 'removing' }
  | { kind: 'left' };

/** What has to be done now. */
export type Duty = 'clear-faults' | 'recover' | 'remove-everything' | 'leave' | null;

/** A step of the watch. */
export interface Step {
  watch: Watch;
  duty: Duty;
}

/** The start counts as a beat: who started the janitor has the same time to say the first. */
export function beginWatch(nowMs: number): Watch {
  return { kind: 'listening', lastBeatMs: nowMs, lastLookMs: nowMs };
}

/** A line from the control plane. Others than `beat`, `leave` and `down` say nothing. */
export function hear(watch: Watch, line: string, nowMs: number): Step {
  if (watch.kind === 'removing' || watch.kind === 'left') return { watch, duty: null };
  switch (line) {
    case 'beat':
      return {
        watch: { kind: 'listening', lastBeatMs: nowMs, lastLookMs: nowMs },
        duty: watch.kind === 'silent' ? 'recover' : null,
      };
    case 'leave':
      return { watch: { kind: 'left' }, duty: 'leave' };
    case 'down':
      return { watch: { kind: 'removing' }, duty: 'remove-everything' };
    default:
      return { watch, duty: null };
  }
}

/**
 * A look at the clock. Time in which the janitor itself stood still (a paused container, a machine
 * asleep) is no silence: the beats of that time are still unread.
 */
export function look(watch: Watch, nowMs: number, graceMs: number): Step {
  if (watch.kind === 'removing' || watch.kind === 'left') return { watch, duty: null };
  const stoodStillMs = Math.max(0, nowMs - watch.lastLookMs - 2 * LOOK_MS);
  const lastBeatMs = watch.lastBeatMs + stoodStillMs;
  const silenceMs = nowMs - lastBeatMs;
  if (silenceMs >= graceMs) return { watch: { kind: 'removing' }, duty: 'remove-everything' };
  if (watch.kind === 'listening' && silenceMs >= SILENCE_MS) {
    return { watch: { kind: 'silent', lastBeatMs, lastLookMs: nowMs }, duty: 'clear-faults' };
  }
  return { watch: { ...watch, lastBeatMs, lastLookMs: nowMs }, duty: null };
}
