import type { Clock } from '@faultline/chassis/core';
import type { Partition } from '../storage/topics.ts';

/**
 * Resolves when `missingBytes` have been appended to the partitions together, when one of them is
 * deleted, after `maxWaitMs`, or when `signal` aborts, whichever comes first.
 */
export async function waitForBytes(
  partitions: readonly Partition[],
  missingBytes: number,
  maxWaitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const stop = () => over.abort();
  let missing = missingBytes;
  const watcher = (bytes: number) => {
    missing -= bytes;
    if (missing <= 0) stop();
  };
  for (const partition of partitions) partition.watchers.add(watcher);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await clock.sleep(maxWaitMs, over.signal);
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    for (const partition of partitions) partition.watchers.delete(watcher);
  }
}
