import type { Clock } from '@faultline/chassis/core';
import { perform, type ActParts } from '../engine/driver/acts.ts';
import type { ScheduledFault } from './model.ts';
import { actOf, type EntryBody } from './soak-journal.ts';

/** A fault of a schedule with its place in the plan. */
export interface PlannedFault extends ScheduledFault {
  /** Its step: the same in the soak and in every try. */
  path: string;
  title: string;
}

/** The lease outlives the fault by so much: it is the net, the player ends the fault itself. */
const LEASE_MARGIN_MS = 5_000;

/**
 * Plays a schedule: injects every fault at its time and ends it when its time is over. A fault that
 * is refused is left out: with several at a time, an instance may be down that another one wants.
 *
 * @returns how many faults were injected
 * @throws the signal's reason as soon as it aborts; what lasts then is for the undo to end
 */
export async function playSchedule(
  schedule: readonly PlannedFault[],
  parts: ActParts,
  write: (body: EntryBody) => void,
  signal: AbortSignal,
): Promise<number> {
  const startMs = parts.clock.monotonicMs();
  // One that breaks stops all others: nobody injects after the undo has begun.
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const played = await Promise.allSettled(
    schedule.map((fault) =>
      playFault(fault, startMs, parts, write, either).catch((error: unknown) => {
        broken.abort(error);
        throw error;
      }),
    ),
  );
  signal.throwIfAborted();
  const failure = played.find((one) => one.status === 'rejected');
  if (failure) throw broken.signal.reason;
  return played.filter((one) => one.status === 'fulfilled' && one.value).length;
}

async function playFault(
  { path, title, atMs, forMs, fault }: PlannedFault,
  startMs: number,
  parts: ActParts,
  write: (body: EntryBody) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock } = parts;
  await sleepUntil(startMs + atMs, clock, signal);
  write({ kind: 'step-started', path, title });
  const leaseMs = forMs + LEASE_MARGIN_MS;
  const injected = await perform(parts, { what: 'inject', fault, forMs: leaseMs }, signal);
  write(actOf({ ...injected, title: injected.faultId === null ? title : injected.title }));
  signal.throwIfAborted();
  const { faultId } = injected;
  if (faultId === null) {
    write({ kind: 'step-ended', path, outcome: 'failed', detail: injected.detail });
    return false;
  }
  await sleepUntil(startMs + atMs + forMs, clock, signal);
  const { links, services } = injected;
  const subject = { faultId, title: injected.title, links, services };
  const cleared = await perform(parts, { what: 'clear', ...subject }, signal);
  write(actOf(cleared));
  const outcome = cleared.outcome === 'done' ? 'done' : 'failed';
  write({ kind: 'step-ended', path, outcome, detail: cleared.detail });
  return true;
}

async function sleepUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const leftMs = atMs - clock.monotonicMs();
  if (leftMs > 0) await clock.sleep(leftMs, signal);
}
