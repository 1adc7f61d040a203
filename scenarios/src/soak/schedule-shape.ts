import type { ScheduledFault } from './model.ts';

/** Longest time without a fault in a schedule that is tried again, milliseconds. */
const LONGEST_GAP_MS = 3_000;

/**
 * A schedule without long times in which nothing lasts. Faults keep their order, their length and
 * how they overlap: what is left out is time in which the lab was well.
 */
export function withoutGaps<Fault extends ScheduledFault>(schedule: readonly Fault[]): Fault[] {
  let lastEndMs = 0;
  let savedMs = 0;
  return inOrder(schedule).map((fault) => {
    const gapMs = fault.atMs - lastEndMs;
    savedMs += Math.max(0, gapMs - LONGEST_GAP_MS);
    lastEndMs = Math.max(lastEndMs, fault.atMs + fault.forMs);
    return { ...fault, atMs: fault.atMs - savedMs };
  });
}

/** When the last fault ends, milliseconds since the schedule began. */
export function endOf(schedule: readonly ScheduledFault[]): number {
  return schedule.reduce((endMs, { atMs, forMs }) => Math.max(endMs, atMs + forMs), 0);
}

/**
 * Faults spread over as few lanes as there are at once: within a lane one begins when the one before
 * it has ended.
 */
export function lanesOf(schedule: readonly ScheduledFault[]): ScheduledFault[][] {
  const lanes: ScheduledFault[][] = [];
  for (const fault of inOrder(schedule)) {
    const free = lanes.find((lane) => endOf(lane) <= fault.atMs);
    if (free) free.push(fault);
    else lanes.push([fault]);
  }
  return lanes;
}

function inOrder<Fault extends ScheduledFault>(schedule: readonly Fault[]): Fault[] {
  return schedule.toSorted((one, other) => one.atMs - other.atMs);
}
