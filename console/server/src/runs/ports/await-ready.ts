import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';

const LOOK_EVERY_MS = 200;

/** Instances of `wanted` that are not ready. */
export function unready(fleet: Fleet, wanted: ReadonlySet<string>): string[] {
  const instances = fleet.status().services.flatMap((service) => service.instances);
  const ready = new Set(instances.filter(({ state }) => state === 'ready').map(({ id }) => id));
  return [...wanted].filter((id) => !ready.has(id));
}

/** Resolves with those of `wanted` that are still not ready after `withinMs`; none, when all are. */
export async function awaitReady(
  { fleet, clock }: { fleet: Fleet; clock: Clock },
  wanted: ReadonlySet<string>,
  withinMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const endMs = clock.monotonicMs() + withinMs;
  for (;;) {
    const left = unready(fleet, wanted);
    if (left.length === 0 || clock.monotonicMs() >= endMs) return left;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
