import { ConfigurationError } from '../config/parse-environment.ts';
import type { Clock, Random } from '../core/index.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export interface KeepTryingOptions {
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Told about each failure. */
  failed: (error: Error) => void;
}

/**
 * Repeats `work` with backoff until it succeeds: a dependency may come later than the service.
 *
 * @throws ConfigurationError at once, because waiting does not mend it; the signal's reason
 */
export async function keepTrying<T>(
  work: () => Promise<T>,
  { clock, random, signal, failed }: KeepTryingOptions,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      failed(error as Error);
    }
    await clock.sleep(pauseMs * (0.5 + random.next() / 2), signal);
  }
}
