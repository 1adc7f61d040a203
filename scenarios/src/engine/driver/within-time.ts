import type { Clock } from '@faultline/chassis/core';
import { formatDuration } from '../../document/units.ts';

/**
 * Does something that gets a signal and has to answer in time, even if it does not heed the signal.
 *
 * @param outer ends it early, too
 * @throws what the work throws, or that it took too long
 */
export async function withinTime<Result>(
  clock: Clock,
  atMostMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  const controller = new AbortController();
  const over = new AbortController();
  const tooLong = clock.sleep(atMostMs, over.signal).then(() => {
    const error = new Error(`no answer within ${formatDuration(atMostMs)}`);
    controller.abort(error);
    throw error;
  });
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  try {
    return await Promise.race([work(signal), tooLong]);
  } finally {
    over.abort();
  }
}
