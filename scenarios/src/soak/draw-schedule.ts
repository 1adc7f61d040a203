import type { Random } from '@faultline/chassis/core';
import type { FleetStatus } from '@faultline/fleet';
import { matchesGlob } from '../faults/glob.ts';
import type { AnyFaultKind } from '../faults/model.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import { flattenTarget, resolveTarget, type Selector } from '../faults/selector.ts';
import { drawFields } from './draw-fields.ts';
import { drawTarget } from './draw-target.ts';
import { ruleOf, SHORTEST_MS } from './drawing-rules.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';

/** What a schedule is drawn from. The same seed, registry and fleet give the same schedule. */
export interface ScheduleSource {
  random: Random;
  registry: FaultRegistry;
  /** What can be hit. */
  status: FleetStatus;
  /** Whether a fault may be drawn; default: every one. Limits of the lab say no. */
  admits?: (fault: object) => boolean;
}

/** Quiet at the end, milliseconds: breakers close and sagas end while faults are over. */
export const QUIET_END_MS = 10_000;
/** Of a short soak the end is quiet for this share of it at most. */
const QUIET_END_SHARE = 0.25;
/** Pause between two faults of a lane, milliseconds. */
const PAUSE_MS = [1_000, 8_000] as const;
/** A schedule has once or twice so many faults at most; the pauses of a long soak are longer. */
const FAULTS = 1_000;
/** Times are whole steps of this, milliseconds: a person can read them. */
const STEP_MS = 500;
/** A fault that has ended may be on its way out for so long, milliseconds. */
const MARGIN_MS = 2_000;
/** Draws before a lane that finds nothing to do rests for a pause. */
const DRAWS = 20;

/** A drawn fault with what it holds, to find out whether another one may come beside it. */
interface Placed extends ScheduledFault {
  kind: AnyFaultKind;
  touched: readonly string[];
}

/**
 * Draws a schedule of random faults, ordered by their beginning: never more than `atOnce` at a time,
 * never two that exclude each other on one line or instance, none in the last 10 s.
 */
export function drawSchedule(spec: SoakSpec, source: ScheduleSource): ScheduledFault[] {
  const kinds = drawableKinds(spec, source.registry);
  if (kinds.length === 0) return [];
  const endMs = spec.durationMs - Math.min(QUIET_END_MS, spec.durationMs * QUIET_END_SHARE);
  const lanes = Array.from({ length: spec.atOnce }, () => pause(spec, source.random));
  const placed: Placed[] = [];
  let recent: Placed[] = [];
  for (;;) {
    const atMs = Math.min(...lanes);
    if (atMs + SHORTEST_MS > endMs) break;
    const lane = lanes.indexOf(atMs);
    recent = recent.filter((other) => other.atMs + other.forMs + MARGIN_MS > atMs);
    const fault = drawFault(kinds, source, recent, { atMs, endMs });
    if (fault) {
      placed.push(fault);
      recent.push(fault);
    }
    lanes[lane] = atMs + (fault?.forMs ?? 0) + pause(spec, source.random);
  }
  return placed.map(({ atMs, forMs, fault }) => ({ atMs, forMs, fault }));
}

/** Kinds that the settings allow, with how often each is drawn. */
function drawableKinds({ kinds }: SoakSpec, registry: FaultRegistry) {
  return registry.kinds
    .filter(({ kind }) => kinds.length === 0 || kinds.some((pattern) => matchesGlob(pattern, kind)))
    .map((kind) => ({
      kind,
      weight: ruleOf(kind.kind).weight || (kinds.includes(kind.kind) ? 1 : 0),
    }))
    .filter(({ weight }) => weight > 0)
    .map(({ kind, weight }) => ({ kind, weight, fields: registry.fields(kind) }));
}

/** A kind that can be drawn, with its form: making one takes long. */
type Drawable = ReturnType<typeof drawableKinds>[number];

function drawFault(
  kinds: readonly Drawable[],
  source: ScheduleSource,
  others: readonly Placed[],
  { atMs, endMs }: { atMs: number; endMs: number },
): Placed | null {
  const { random, status, admits = () => true } = source;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const { kind, fields: forms } = drawKind(kinds, random);
    const { fields: ranges, longestMs } = ruleOf(kind.kind);
    const fields = drawFields(forms, ranges, random);
    const target = drawTarget(kind, status, random);
    const share = random.next();
    if (!fields || !target) continue;
    const most = Math.min(longestMs, target.longestMs, endMs - atMs);
    const forMs = inSteps(SHORTEST_MS + (most - SHORTEST_MS) * share);
    const fault = { kind: kind.kind, ...target.selector, ...fields };
    const touched = touchedBy(kind, fields, target.selector, status);
    if (!touched || !admits(fault)) continue;
    const found = { atMs, forMs, fault, kind, touched };
    if (!others.some((other) => excluded(found, other))) return found;
  }
  return null;
}

function drawKind(kinds: readonly Drawable[], random: Random): Drawable {
  let rest = random.next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  const found = kinds.find(({ weight }) => (rest -= weight) < 0) ?? kinds.at(-1);
  if (!found) throw new RangeError('there is no kind to draw from');
  return found;
}

/** Links and instances that a fault holds; null when it is not valid, or hits nothing. */
function touchedBy(
  kind: AnyFaultKind,
  fields: object,
  selector: Selector,
  status: FleetStatus,
): string[] | null {
  if (!kind.schema.safeParse({ kind: kind.kind, ...fields }).success) return null;
  const target = resolveTarget(kind, selector, status);
  if (target.kind === 'refused') return null;
  const { links, instances } = flattenTarget(target);
  return [...links, ...instances];
}

function excluded(one: Placed, other: Placed): boolean {
  const apart =
    one.atMs >= other.atMs + other.forMs + MARGIN_MS ||
    other.atMs >= one.atMs + one.forMs + MARGIN_MS;
  if (apart) return false;
  if (!one.kind.excludes(other.kind.kind) && !other.kind.excludes(one.kind.kind)) return false;
  return one.touched.some((name) => other.touched.includes(name));
}

/** Longer in a long soak, so that a person and a page can still take in what was done. */
function pause({ atOnce, durationMs }: SoakSpec, random: Random): number {
  const [least, most] = PAUSE_MS;
  const stretch = Math.max(1, (atOnce * durationMs) / FAULTS / most);
  return inSteps((least + (most - least) * random.next()) * stretch);
}

function inSteps(milliseconds: number): number {
  return Math.floor(milliseconds / STEP_MS) * STEP_MS;
}
