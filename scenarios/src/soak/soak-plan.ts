import { stringify } from 'yaml';
import type { PolicyChange } from '../document/model.ts';
import { formatDuration } from '../document/units.ts';
import { SETTLE_AT_MOST_MS, UNDO_RETRY_MS } from '../engine/limits.ts';
import { AROUND_MS } from '../engine/plan-times.ts';
import type { LabPorts } from '../engine/ports.ts';
import { INVARIANTS } from '../invariants/rules/registry.ts';
import type { Plan } from '../journal/entries.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';
import type { PlannedFault } from './play-schedule.ts';
import { SOAK_CHECKS } from './soak-checks.ts';
import { WARM_UP_MS } from './soak-try.ts';

/** The variant of the soak itself; the tries that shrink it have others. */
export const SOAK_VARIANT = 'soak';

/** What a plan of a soak needs of the lab. */
export interface SoakPlanParts {
  spec: SoakSpec;
  off: readonly PolicyChange[];
  schedule: readonly ScheduledFault[];
  resolve: LabPorts['faults']['resolve'];
  describePolicy: LabPorts['policies']['describe'];
}

/** Settings of a soak as YAML, as journals keep them. */
export function soakDocument(spec: SoakSpec): string {
  const { durationMs, shrinkMs, ...rest } = spec;
  return stringify({ soak: { ...rest, durationS: durationMs / 1000, shrinkS: shrinkMs / 1000 } });
}

/** Gives every fault of a schedule its step and its title. */
export function planFaults({ schedule, resolve }: SoakPlanParts): PlannedFault[] {
  return schedule.map((fault, index) => {
    const reach = resolve(fault.fault);
    const title = reach.kind === 'ok' ? reach.title : fault.fault.kind;
    return { ...fault, path: String(index), title: `${title} at ${formatDuration(fault.atMs)}` };
  });
}

/** What a soak is going to do; nothing is touched by making it. */
export function planSoak(parts: SoakPlanParts): Plan {
  const { spec, off, describePolicy, resolve, schedule } = parts;
  const reaches = schedule.map(({ fault }) => resolve(fault)).filter(({ kind }) => kind === 'ok');
  const all = (field: 'links' | 'services' | 'instances') => [
    ...new Set(reaches.flatMap((reach) => (reach.kind === 'ok' ? reach[field] : []))),
  ];
  const shrinkMs = spec.shrink ? spec.shrinkMs : 0;
  return {
    experiment: `soak-seed-${spec.seed}`,
    title: `${schedule.length} random faults in ${formatDuration(spec.durationMs)} break no invariant`,
    seed: spec.seed,
    aboutMs: WARM_UP_MS + spec.durationMs + AROUND_MS,
    atMostMs: WARM_UP_MS + spec.durationMs + UNDO_RETRY_MS + SETTLE_AT_MOST_MS + shrinkMs,
    variants: [{ name: SOAK_VARIANT, expect: 'holds', changes: off.map(describePolicy) }],
    checks: SOAK_CHECKS,
    steps: planFaults(parts).map(({ path, title, forMs }) => ({
      path,
      kind: 'inject',
      title,
      line: 0,
      atMostMs: forMs,
    })),
    blastRadius: { links: all('links'), services: all('services'), instances: all('instances') },
    undo: ['faults', 'policies', 'instances', 'load'],
    abortWhen: [],
    invariants: INVARIANTS.map(({ name }) => name),
    sometimes: [],
  };
}
