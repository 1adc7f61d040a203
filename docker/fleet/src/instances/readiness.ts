import type { Clock } from '@faultline/chassis/core';

/** Time between two questions, milliseconds. */
const INTERVAL_MS = 100;
/** Longest wait for one answer, milliseconds. */
const ANSWER_MS = 1000;

/** Asks `url` until it answers 200. Rejects only when `gone` aborts. */
export async function awaitReady(url: string, clock: Clock, gone: AbortSignal): Promise<void> {
  for (;;) {
    gone.throwIfAborted();
    if (await answersOk(url, gone)) return;
    await clock.sleep(INTERVAL_MS, gone);
  }
}

async function answersOk(url: string, gone: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([gone, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
