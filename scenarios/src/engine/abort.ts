import type { EntryOf } from '../journal/entries.ts';

/** Who or what ends a run early. */
export type AbortedBy = EntryOf<'aborted'>['by'];

/** Reason of the signal that ends a run early: `controller.abort({ by: 'person', reason: … })`. */
export interface AbortReason {
  by: AbortedBy;
  /** For people: `ann pressed Abort`. */
  reason: string;
}

/** What a signal was aborted with; anything but an {@link AbortReason} counts as a person's wish. */
export function abortReason(signal: AbortSignal): AbortReason {
  const given: unknown = signal.reason;
  if (isAbortReason(given)) return given;
  return { by: 'person', reason: given instanceof Error ? given.message : 'aborted' };
}

function isAbortReason(given: unknown): given is AbortReason {
  return typeof given === 'object' && given !== null && 'by' in given && 'reason' in given;
}
