import type { Random } from '@faultline/chassis/core';
import { UNDO_ATTEMPT_MS, UNDO_RETRY_MS } from '../limits.ts';
import type { Acted } from '../core/events.ts';
import type { Done } from '../ports.ts';
import type { ActParts } from './acts.ts';
import { withinTime } from './within-time.ts';

/** What an undo needs. It has a signal of its own: nothing outside ends it early. */
export interface UndoParts extends ActParts {
  /** Jitter of the pauses between attempts. */
  random: Random;
  /** Hears of each act, in order. */
  told: (acted: Acted) => void;
}

/** First pause between two attempts, milliseconds; doubled each time up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/** Does a part of the undo. @returns what is left of it; empty when it is done */
type Part = (parts: UndoParts) => Promise<string[]>;

/**
 * Ends the faults of the run, puts policies and instances back, and verifies it. What fails is tried
 * again for 30 s. Nothing is thrown.
 *
 * @returns what is left; empty when the undo is clean
 */
export async function undoRun(parts: UndoParts): Promise<string[]> {
  return untilDone(parts, [clearFaults, restorePolicies, restoreFleet], stillActive);
}

/** Puts the load back as it was when the run began; see {@link undoRun}. */
export async function restoreLoad(parts: UndoParts): Promise<string[]> {
  return untilDone(parts, [
    (all) => restore(all, 'load as before', () => all.ports.load.restore()),
  ]);
}

async function untilDone(
  parts: UndoParts,
  todo: readonly Part[],
  verify: (parts: UndoParts) => string[] = () => [],
): Promise<string[]> {
  const { clock, random } = parts;
  const deadline = clock.monotonicMs() + UNDO_RETRY_MS;
  let open = todo;
  for (let attempt = 0; ; attempt += 1) {
    const results: { part: Part; left: string[] }[] = [];
    for (const part of open) results.push({ part, left: await part(parts) });
    open = results.filter(({ left }) => left.length > 0).map(({ part }) => part);
    const left = results.flatMap((result) => result.left);
    if (left.length === 0) {
      left.push(...verify(parts));
      if (left.length === 0) return [];
      open = todo;
    }
    if (clock.monotonicMs() >= deadline) return left;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    await clock.sleep(pauseMs * (0.5 + random.next() / 2));
  }
}

const restorePolicies: Part = (parts) =>
  restore(parts, 'policies as before', () => parts.ports.policies.restore());

const restoreFleet: Part = (parts) =>
  restore(parts, 'instances as before', (signal) => parts.ports.fleet.restore(signal));

const clearFaults: Part = async (parts) => {
  const active = readActive(parts);
  if ('left' in active) return active.left;
  await Promise.all(active.ids.map((faultId) => clearFault(parts, faultId)));
  return stillActive(parts);
};

async function clearFault(parts: UndoParts, faultId: string): Promise<void> {
  const { clock, injected, ports, told } = parts;
  const fault = injected.get(faultId);
  const beganAt = clock.now();
  const beganMs = clock.monotonicMs();
  const answer = await withinTime(clock, UNDO_ATTEMPT_MS, () => ports.faults.clear(faultId)).catch(
    (error: unknown) => ({ kind: 'stuck' as const, left: messageOf(error) }),
  );
  told({
    what: 'clear',
    title: fault?.title ?? faultId,
    links: [...(fault?.reach.links ?? [])],
    services: [...(fault?.reach.services ?? [])],
    outcome: answer.kind === 'stuck' ? 'failed' : 'done',
    detail: answer.kind === 'stuck' ? answer.left : '',
    durationMs: Math.round(clock.monotonicMs() - beganMs),
    faultId,
    beganAt,
  });
}

function stillActive(parts: UndoParts): string[] {
  const active = readActive(parts);
  if ('left' in active) return active.left;
  return active.ids.map((id) => `${parts.injected.get(id)?.title ?? 'fault'} (${id}) still lasts`);
}

function readActive({ owner, ports }: UndoParts): { ids: string[] } | { left: string[] } {
  try {
    return { ids: ports.faults.active(owner) };
  } catch (error) {
    return { left: [`faults could not be listed: ${messageOf(error)}`] };
  }
}

async function restore(
  { clock, told }: UndoParts,
  title: string,
  work: (signal: AbortSignal) => Promise<Done>,
): Promise<string[]> {
  const beganAt = clock.now();
  const beganMs = clock.monotonicMs();
  const done = await withinTime(clock, UNDO_ATTEMPT_MS, work).catch((error: unknown) => ({
    kind: 'refused' as const,
    detail: messageOf(error),
  }));
  told({
    what: 'restore',
    title,
    links: [],
    services: [],
    outcome: done.kind === 'refused' ? 'failed' : 'done',
    detail: done.detail,
    durationMs: Math.round(clock.monotonicMs() - beganMs),
    faultId: null,
    beganAt,
  });
  return done.kind === 'refused' ? [`${title}: ${done.detail}`] : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
