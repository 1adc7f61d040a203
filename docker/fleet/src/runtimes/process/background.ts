import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Nice value of background processes. Where all want the same processor they get 110 parts of time
 * for 1,024 of each other process (the weights of Linux, sched(7)).
 */
export const BACKGROUND_NICE = 10;

/** Linux accepts a change of an autogroup every 100 ms from whoever is not root. */
const AUTOGROUP_TRIES = 20;
const AUTOGROUP_PAUSE_MS = 150;

/**
 * Lets all others go before a process and the threads that it starts from now on. Never rejects: a
 * system that cannot do it leaves the process as it is.
 */
export async function yieldToOthers(pid: number): Promise<void> {
  try {
    setPriority(pid, BACKGROUND_NICE);
  } catch {
    // It has ended already.
    return;
  }
  // Where Linux groups processes by session (`kernel.sched_autogroup_enabled`), a nice value holds
  // within its session only, and each process of a host has one of its own.
  for (let tries = 0; tries < AUTOGROUP_TRIES; tries++) {
    try {
      await writeFile(`/proc/${pid}/autogroup`, String(BACKGROUND_NICE));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
    await sleep(AUTOGROUP_PAUSE_MS, undefined, { ref: false });
  }
}
