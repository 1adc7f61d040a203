/** Pause between two looks at the checks, milliseconds. */
export const LOOK_EVERY_MS = 1_000;
/** Pause between two polls of an `await`, milliseconds. */
export const POLL_EVERY_MS = 250;
/** Longest wait for the steady state after the warm-up, milliseconds. */
export const STEADY_WITHIN_MS = 45_000;
/** Telemetry arrives so late at most: a decision about a span waits that long, milliseconds. */
export const TELEMETRY_LATE_MS = 1_500;
/** An act in flight is given so long to end before the undo begins without it, milliseconds. */
export const GRACE_MS = 10_000;
/** The undo is tried again for so long, milliseconds. */
export const UNDO_RETRY_MS = 30_000;
/** One attempt of a part of the undo is given up after so long, milliseconds. */
export const UNDO_ATTEMPT_MS = 25_000;
/** Longest time that emptying and seeding the data may take, for the plan, milliseconds. */
export const PREPARE_AT_MOST_MS = 60_000;
/** A reading that takes longer is a fault of the lab, milliseconds. */
export const READING_AT_MOST_MS = 30_000;
/** Longest time for the data to come to rest, milliseconds; see `DataPort.settle`. */
export const SETTLE_AT_MOST_MS = 60_000;
/** Longest time for invariants and sightings, for the plan, milliseconds. */
export const INVARIANTS_AT_MOST_MS = 15_000;
/** Longest time that an act takes as a rule (a restart, a rebuild), for the plan, milliseconds. */
export const ACT_AT_MOST_MS = 30_000;
/** A fault that is not undone is asked again for so long before the step fails, milliseconds. */
export const CLEAR_WITHIN_MS = 20_000;
/** A run may take so much longer than its plan before it is ended, milliseconds. */
export const TIME_LIMIT_MARGIN_MS = 60_000;
