import { stringify } from 'yaml';
import { sayDuration } from '../document/quantity.ts';
import { TELEMETRY_LATE_MS } from '../engine/limits.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';
import { lanesOf } from './schedule-shape.ts';

/** What a document of a shrunk schedule tells. */
export interface MinimalFinding {
  spec: SoakSpec;
  schedule: readonly ScheduledFault[];
  /** Names of the invariants that break. */
  broken: readonly string[];
}

/** Shortest wait that a document can say, milliseconds. */
const SHORTEST_WAIT_MS = 1_000;
const MIX = { browse: 6, checkout: 3, history: 1 };

/**
 * The schedule as an experiment that anybody can run. With patterns off it shows both ways: holds
 * with them, fails without. With all of them on it claims that it holds, which is not so yet.
 */
export function minimalDocument(finding: MinimalFinding, registry: FaultRegistry): string {
  const { broken, schedule, spec } = finding;
  const defaults = defaultsOf(schedule, registry);
  const lanes = lanesOf(schedule).map((lane) => stepsOf(lane, defaults));
  const [first = [wait(SHORTEST_WAIT_MS)]] = lanes;
  const document = {
    apiVersion: 'faultline/v1',
    kind: 'Experiment',
    metadata: {
      name: `soak-seed-${spec.seed}-minimal`,
      title: titleOf(finding),
      description: `The smallest schedule that a soak of seed ${spec.seed} was shrunk to.`,
      tags: ['soak'],
    },
    load: { rps: spec.rps, mix: MIX, seed: spec.seed, warmup: '5s' },
    method: lanes.length > 1 ? [{ parallel: lanes }] : first,
    invariants: [...broken],
    variants: variantsOf(finding),
  };
  return stringify(document, { lineWidth: 100 });
}

function titleOf({ broken, schedule, spec }: MinimalFinding): string {
  const count = `${schedule.length} ${schedule.length === 1 ? 'fault' : 'faults'}`;
  const without = spec.off.length === 0 ? '' : ` without ${spec.off.join(', ')}`;
  return `${count} and ${broken.join(', ')} is broken${without}`.slice(0, 200);
}

function variantsOf({ broken, spec }: MinimalFinding) {
  if (spec.off.length === 0) return { 'as-it-is': { expect: 'holds' } };
  const policies = spec.off.map((written) => {
    const dot = written.lastIndexOf('.');
    const [owner, pattern] = [written.slice(0, dot), written.slice(dot + 1)];
    return { [owner.includes('->') ? 'link' : 'service']: owner, [pattern]: 'off' };
  });
  return {
    'with-patterns': { expect: 'holds' },
    'without-patterns': { policies, expect: 'fails', because: [...broken] },
  };
}

function stepsOf(lane: readonly ScheduledFault[], defaults: Defaults): object[] {
  let atMs = 0;
  const steps: object[] = [];
  for (const fault of lane) {
    if (fault.atMs > atMs) steps.push(wait(fault.atMs - atMs));
    const fields = withoutDefaults(fault.fault, defaults);
    steps.push({ inject: { ...fields, for: sayDuration(fault.forMs) } }, wait(fault.forMs));
    atMs = fault.atMs + fault.forMs;
  }
  return steps;
}

/** An observation lasts longer than it says by the time that telemetry takes to arrive. */
function wait(milliseconds: number): object {
  const forMs = Math.max(SHORTEST_WAIT_MS, milliseconds - TELEMETRY_LATE_MS);
  return { observe: { for: sayDuration(forMs) } };
}

/** Defaults of the fields, by kind and field. */
type Defaults = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

function defaultsOf(schedule: readonly ScheduledFault[], registry: FaultRegistry): Defaults {
  const used = new Set(schedule.map(({ fault }) => fault.kind));
  return new Map(
    registry.kinds
      .filter(({ kind }) => used.has(kind))
      .map((kind) => [
        kind.kind,
        new Map(registry.fields(kind).map(({ name, default: initial }) => [name, initial])),
      ]),
  );
}

function withoutDefaults(fault: ScheduledFault['fault'], defaults: Defaults): object {
  const known = defaults.get(fault.kind);
  return Object.fromEntries(
    Object.entries(fault).filter(([name, value]) => known?.get(name) !== value),
  );
}
