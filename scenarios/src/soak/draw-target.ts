import type { Random } from '@faultline/chassis/core';
import type { FleetStatus } from '@faultline/fleet';
import type { AnyFaultKind } from '../faults/model.ts';
import type { Selector } from '../faults/selector.ts';

/** Postgres and the broker are there once and everything needs them: hit so seldom, against 1. */
const RESOURCE_WEIGHT = 0.05;
/** … and so briefly, milliseconds. */
export const RESOURCE_LONGEST_MS = 3_000;

/** What a drawn fault hits. */
export interface DrawnTarget {
  selector: Selector;
  /** Longest time that it may last, milliseconds. */
  longestMs: number;
}

/** Draws what a fault of `kind` hits; null when there is nothing of the sort. */
export function drawTarget(
  kind: AnyFaultKind,
  status: FleetStatus,
  random: Random,
): DrawnTarget | null {
  const targets = targetsOf(kind, status);
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.next() * total;
  for (const { weight, ...target } of targets) {
    rest -= weight;
    if (rest < 0) return target;
  }
  return null;
}

function targetsOf(
  { kind, selects }: AnyFaultKind,
  status: FleetStatus,
): (DrawnTarget & { weight: number })[] {
  // Without customers there is nothing to see: the load is left alone.
  const load = status.services.filter(({ layer }) => layer === 'load').map(({ name }) => name);
  switch (selects) {
    case 'link':
    case 'links':
      return status.links
        .filter(({ from }) => !load.includes(from))
        .map(({ name }) => ({ selector: { link: name }, weight: 1, longestMs: Infinity }));
    case 'instance': {
      const services = status.services
        .filter(({ name }) => !load.includes(name))
        .flatMap(({ instances }) => instances)
        .map(({ id }) => ({ selector: { instance: id }, weight: 1, longestMs: Infinity }));
      // Only processes can be hit there: the rest of the kinds act inside of services.
      const resources = kind.startsWith('process.') ? status.resources : [];
      return [
        ...services,
        ...resources
          .flatMap(({ instances }) => instances)
          .map(({ id }) => ({
            selector: { instance: id },
            weight: RESOURCE_WEIGHT,
            longestMs: RESOURCE_LONGEST_MS,
          })),
      ];
    }
    case 'load':
    case 'broker':
    case 'identity':
      return [{ selector: {}, weight: 1, longestMs: Infinity }];
  }
}
