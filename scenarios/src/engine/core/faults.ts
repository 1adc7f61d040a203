import { askEffect } from './late-readings.ts';
import type { Acted } from './events.ts';
import type { FaultState } from './state.ts';
import type { Turn } from './turn.ts';

/** Remembers a fault that was injected by a step. */
export function recordFault(turn: Turn, step: string, acted: Acted): void {
  const { faultId } = acted;
  if (faultId === null) return;
  const early = turn.variant.endedEarly.delete(faultId);
  turn.variant.faults.set(faultId, {
    title: acted.title,
    links: acted.links,
    services: acted.services,
    step,
    from: acted.beganAt,
    to: early ? turn.now : null,
    effect: 'none',
  });
  if (early) askEffect(turn, faultId);
}

/** A fault ended, by the run's act or by itself. */
export function endFault(turn: Turn, faultId: string): void {
  const fault = turn.variant.faults.get(faultId);
  if (!fault || fault.to !== null) return;
  fault.to = turn.now;
  askEffect(turn, faultId);
}

/** A fault ended without the run asking for it. */
export function faultEnded(turn: Turn, faultId: string, why: string): void {
  turn.write({ kind: 'fault-ended', faultId, why });
  if (turn.variant.faults.has(faultId)) endFault(turn, faultId);
  else turn.variant.endedEarly.add(faultId);
}

/** The faults that last, with their ids. */
export function lasting(turn: Turn): [string, FaultState][] {
  return [...turn.variant.faults].filter(([, { to }]) => to === null);
}
