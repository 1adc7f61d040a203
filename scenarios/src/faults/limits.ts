import { matchesGlob } from './glob.ts';
import type { FaultTarget } from './model.ts';
import { refused, type FaultRefusal } from './refusal.ts';
import { flattenTarget } from './selector.ts';

/** How far faults may reach: limits of the blast radius, for a lab that others share. */
export interface FaultLimits {
  /** Most faults at a time. */
  active: number;
  /** Most instances that one fault hits, callee instances of its links included. */
  targets: number;
  /** Longest time from now until a fault ends, seconds; at most 3600. */
  durationSeconds: number;
  /**
   * Services and instances that no fault hits, nor any link to them; `*` stands for any run of
   * characters: `postgres`, `payments-1`, `ide*`.
   */
  protected: readonly string[];
}

/** The limits where nobody set others. */
export const DEFAULT_LIMITS: FaultLimits = {
  active: 50,
  targets: Infinity,
  durationSeconds: 3600,
  protected: [],
};

/** Why a fault that lasts so long is beyond the limits; undefined if it is not. */
export function beyondDuration(
  { durationSeconds }: FaultLimits,
  ttlSeconds: number,
): FaultRefusal | undefined {
  if (ttlSeconds <= durationSeconds) return undefined;
  const rule = `at most ${durationSeconds}, the longest duration of a fault here`;
  return refused('limit-exceeded', `ttlSeconds must be ${rule}; received ${ttlSeconds}`, [
    { field: 'ttlSeconds', rule, received: String(ttlSeconds) },
  ]);
}

/** Why a fault on `target` is beyond the limits; undefined if it is not. */
export function beyondReach(limits: FaultLimits, target: FaultTarget): FaultRefusal | undefined {
  const { links, instances } = flattenTarget(target);
  if (instances.length > limits.targets) {
    const detail = `the fault hits ${instances.length} instances; the limit is ${limits.targets}: name fewer`;
    return refused('limit-exceeded', detail, [
      { field: 'targets', rule: `at most ${limits.targets}`, received: String(instances.length) },
    ]);
  }
  const names = [...instances, ...instances.map(serviceOf), ...links.map(calleeOf)];
  for (const pattern of limits.protected) {
    const hit = names.find((name) => matchesGlob(pattern, name));
    if (hit === undefined) continue;
    const detail = `${hit} is protected from faults (${pattern}): name what it does not hit`;
    return refused('protected', detail, [
      { field: 'protected', rule: `hits nothing that is ${pattern}`, received: hit },
    ]);
  }
  return undefined;
}

/** `payments-2` is one of `payments`. */
function serviceOf(instance: string): string {
  return instance.replace(/-\d+$/, '');
}

function calleeOf(link: string): string {
  return link.split('->')[1] ?? link;
}
