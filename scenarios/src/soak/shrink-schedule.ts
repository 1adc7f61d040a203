import { ddmin, type DdminLimits } from './ddmin.ts';
import type { ScheduledFault } from './model.ts';

/** Shortest fault that shrinking comes to, milliseconds. */
const SHORTEST_MS = 1_000;
const STEP_MS = 500;

/**
 * Shrinks a schedule that fails: fewer faults first, then shorter ones. Each is left out, or halved,
 * for as long as what is left still fails.
 *
 * @param fails plays a schedule, and says whether it fails
 */
export async function shrinkSchedule<Fault extends ScheduledFault>(
  schedule: readonly Fault[],
  fails: (schedule: readonly Fault[]) => Promise<boolean>,
  { stop = () => false }: DdminLimits = {},
): Promise<Fault[]> {
  let smallest = await fewest(schedule, fails, stop);
  for (const [index] of smallest.entries()) {
    for (;;) {
      const shorter = smallest.map((fault, at) => (at === index ? halved(fault) : fault));
      if (stop() || shorter[index]?.forMs === smallest[index]?.forMs) break;
      if (!(await fails(shorter))) break;
      smallest = shorter;
    }
  }
  return smallest;
}

/** Looks again at what it comes to: whom a fault hits is chance, and what held once may fail then. */
async function fewest<Fault extends ScheduledFault>(
  schedule: readonly Fault[],
  fails: (schedule: readonly Fault[]) => Promise<boolean>,
  stop: () => boolean,
): Promise<Fault[]> {
  let smallest = await ddmin(schedule, fails, { stop });
  while (smallest.length > 1 && !stop()) {
    const again = await ddmin(smallest, fails, { stop });
    if (again.length === smallest.length) break;
    smallest = again;
  }
  return smallest;
}

function halved<Fault extends ScheduledFault>(fault: Fault): Fault {
  const half = Math.floor(fault.forMs / 2 / STEP_MS) * STEP_MS;
  return { ...fault, forMs: Math.min(fault.forMs, Math.max(SHORTEST_MS, half)) };
}
