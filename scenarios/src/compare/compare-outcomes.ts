import type { Difference, VariantView } from '../journal/view.ts';
import { spreadOf, type Column, type Value } from './column.ts';
import { sayColumns, sayEach, saySpreadIn } from './sentences.ts';
import { sayCounted } from './say-value.ts';

/** How much each kind of difference counts at most, 0 to 1. */
const WEIGHT = {
  aborted: 0.95,
  invariant: 0.9,
  measured: 0.5,
  neverSeen: 0.5,
  recovery: 0.45,
  step: 0.35,
  sighting: 0.3,
} as const;

/** Whether a run was stopped early in some columns only. */
export function compareAborts(columns: readonly Column[]): Difference[] {
  const values = columns.map(({ variant }) => variant.aborted !== null);
  if (new Set(values).size < 2) return [];
  const stopped = sayColumns(columns, (index) => values[index] === true);
  const reason = columns.find(({ variant }) => variant.aborted)?.variant.aborted?.reason ?? '';
  return [
    {
      subject: 'aborted',
      title: 'Stopped early',
      unit: '',
      values,
      summary: `${stopped}: ${reason}`,
      weight: WEIGHT.aborted,
    },
  ];
}

/** Invariants that are broken in some columns only; values are numbers of violations. */
export function compareInvariants(columns: readonly Column[]): Difference[] {
  return namesOf(columns, ({ invariants }) => invariants.map(({ name }) => name)).flatMap(
    (name) => {
      const found = columns.map(({ variant }) =>
        variant.invariants.find((one) => one.name === name),
      );
      const broken = found.map((invariant) => invariant?.holds === false);
      if (!broken.includes(true) || !found.some((invariant) => invariant?.holds)) return [];
      const first = found.find((invariant) => invariant?.holds === false);
      return {
        subject: name,
        title: first?.title ?? name,
        unit: 'count',
        values: found.map((invariant) => invariant?.violations.length ?? null),
        summary: `broken in ${sayColumns(columns, (index) => broken[index] === true)}: ${first?.evidence ?? ''}`,
        weight: WEIGHT.invariant,
      };
    },
  );
}

/** How often something was seen: breakers that opened, sagas that were compensated. */
export function compareSightings(columns: readonly Column[]): Difference[] {
  return namesOf(columns, ({ sightings }) => sightings.map(({ title }) => title)).flatMap(
    (title) => {
      const values = columns.map(
        ({ variant }) => variant.sightings.find((one) => one.title === title)?.count ?? null,
      );
      const spread = spreadOf(values, 'count');
      if (!spread) return [];
      const said = values.map((count) => {
        if (count === null) return 'not looked for';
        return count === 0 ? 'never' : sayCounted(count, 'time');
      });
      const weight = values.includes(0) ? WEIGHT.neverSeen : WEIGHT.sighting * spread.scale;
      return {
        subject: title,
        title,
        unit: 'count',
        values,
        summary: sayEach(columns, said),
        weight,
      };
    },
  );
}

/** Numbers of a sweep. */
export function compareMeasured(columns: readonly Column[]): Difference[] {
  return namesOf(columns, ({ measured }) => measured.map(({ id }) => id)).flatMap((id) => {
    const found = columns.map(({ variant }) => variant.measured.find((one) => one.id === id));
    const named = found.find((one) => one !== undefined);
    if (!named) return [];
    const values = found.map((one) => one?.value ?? null);
    return far(columns, id, named.title, named.unit, values, WEIGHT.measured);
  });
}

/** How long it took: until the steady state was back, and what the method waited for. */
export function compareDurations(columns: readonly Column[]): Difference[] {
  const recovery = columns.map(({ variant }) => {
    const phase = variant.phases.find((one) => one.phase === 'steady-after');
    return lasted(phase?.fromMs, phase?.toMs);
  });
  const paths = namesOf(columns, ({ steps }) =>
    steps.filter(({ kind }) => kind === 'await').map(({ path }) => path),
  );
  return [
    ...far(
      columns,
      'recovery',
      'Time until the steady state was back',
      'ms',
      recovery,
      WEIGHT.recovery,
    ),
    ...paths.flatMap((path) => {
      const steps = columns.map(({ variant }) => variant.steps.find((step) => step.path === path));
      const title = steps.find((step) => step !== undefined)?.title ?? path;
      const values = steps.map((step) => lasted(step?.startedMs, step?.endedMs));
      return far(columns, `step ${path}`, title, 'ms', values, WEIGHT.step);
    }),
  ];
}

function far(
  columns: readonly Column[],
  subject: string,
  title: string,
  unit: string,
  values: Value[],
  weight: number,
): Difference[] {
  const spread = spreadOf(values, unit);
  if (!spread) return [];
  const summary = saySpreadIn(spread, values, unit, columns);
  return [{ subject, title, unit, values, summary, weight: weight * spread.scale }];
}

function lasted(from: number | null | undefined, to: number | null | undefined): number | null {
  return typeof from === 'number' && typeof to === 'number' ? to - from : null;
}

function namesOf(
  columns: readonly Column[],
  names: (variant: VariantView) => readonly string[],
): string[] {
  return [...new Set(columns.flatMap(({ variant }) => names(variant)))];
}
