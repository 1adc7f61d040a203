import type { Clock } from '@faultline/chassis/core';

/** Time between two tries, milliseconds. */
const INTERVAL_MS = 200;

/**
 * Tries until it works: what was just started does not answer yet.
 *
 * @param gone ends the tries
 * @param isFinal which failures no further try will change
 * @throws the reason of `gone`, or the failure that is final
 */
export async function patiently(
  attempt: () => Promise<unknown>,
  clock: Clock,
  gone: AbortSignal,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<void> {
  for (;;) {
    gone.throwIfAborted();
    try {
      await attempt();
      return;
    } catch (error) {
      if (isFinal(error)) throw error;
      await clock.sleep(INTERVAL_MS, gone);
    }
  }
}
