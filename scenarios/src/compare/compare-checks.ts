import type { Difference, VariantView } from '../journal/view.ts';
import { spreadOf, type Column, type Spread, type Value } from './column.ts';
import { sayColumns, sayEach, saySpread, saySpreadIn } from './sentences.ts';
import { sayValue } from './say-value.ts';

type CheckView = VariantView['checks'][number];
type Decision = CheckView['decisions'][number];

/** A check that is broken in some columns only, from this weight up to 1. */
const BROKEN = 0.8;
/** Most that readings count which broke nothing. */
const READING = 0.6;

/** When a check was decided, as titles say it. */
const MOMENTS: Readonly<Record<Decision['when'], string>> = {
  before: 'before the faults',
  during: 'while broken',
  await: 'when it was waited for',
  after: 'after the method',
  'after-undo': 'after the undo',
};

/** Where the checks of the columns differ: broken in some and not in others, or far apart. */
export function compareChecks(columns: readonly Column[]): Difference[] {
  const ids = new Set(columns.flatMap(({ variant }) => variant.checks.map(({ id }) => id)));
  const moments = Object.keys(MOMENTS) as Decision['when'][];
  return [...ids].flatMap((id) => moments.flatMap((when) => compareCheck(columns, id, when)));
}

function compareCheck(
  columns: readonly Column[],
  id: string,
  when: Decision['when'],
): Difference[] {
  const checks = columns.map(({ variant }) => variant.checks.find((check) => check.id === id));
  const named = checks.find((check) => check !== undefined);
  if (!named) return [];
  const decisions = checks.map((check) => worst(check, when));
  const values = decisions.map((decision, index) => valueOf(decision, when, columns[index], id));
  const { unit } = named;
  const difference = {
    subject: when === 'during' ? id : `${id} ${when}`,
    title: `${named.title} ${MOMENTS[when]}`,
    unit,
    values,
  };
  const broken = decisions.map((decision) => decision?.outcome === 'broken');
  const spread = spreadOf(values, unit);
  if (broken.includes(true) && decisions.some((decision) => decision?.outcome === 'held')) {
    const where = `broken in ${sayColumns(columns, (index) => broken[index] === true)}`;
    return [
      {
        ...difference,
        summary: spread ? `${where}: ${sayBreak(spread, values, unit, columns, broken)}` : where,
        weight: BROKEN + (1 - BROKEN) * (spread?.scale ?? 0),
      },
    ];
  }
  if (when !== 'during') return [];
  if (spread) {
    const summary = saySpreadIn(spread, values, unit, columns);
    return [{ ...difference, summary, weight: READING * spread.scale }];
  }
  const words = values.map((value) => (typeof value === 'number' ? null : value));
  if (words.includes(null) || new Set(words).size < 2) return [];
  const summary = sayEach(
    columns,
    values.map((value) => sayValue(value, unit)),
  );
  return [{ ...difference, summary, weight: READING / 2 }];
}

/** Names the column again only when it is not the broken one that has the most. */
function sayBreak(
  spread: Spread,
  values: readonly Value[],
  unit: string,
  columns: readonly Column[],
  broken: readonly boolean[],
): string {
  const alone = broken.filter(Boolean).length === 1 && broken[spread.most] === true;
  return alone ? saySpread(spread, values, unit) : saySpreadIn(spread, values, unit, columns);
}

/** The decision that speaks loudest: a broken one, else the last. */
function worst(check: CheckView | undefined, when: Decision['when']): Decision | undefined {
  const decisions = check?.decisions.filter((decision) => decision.when === when) ?? [];
  return decisions.findLast(({ outcome }) => outcome === 'broken') ?? decisions.at(-1);
}

/** What was decided on; without a decision during the faults, the median look while they lasted. */
function valueOf(
  decision: Decision | undefined,
  when: Decision['when'],
  column: Column | undefined,
  id: string,
): Value {
  if (decision) return decision.value;
  if (when !== 'during' || !column) return null;
  const { checks, faults } = column.variant;
  const seen = (checks.find((check) => check.id === id)?.points ?? [])
    .filter(([atMs]) =>
      faults.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < (toMs ?? Infinity)),
    )
    .map(([, value]) => value)
    .filter((value) => typeof value === 'number')
    .sort((one, other) => one - other);
  return seen[Math.floor(seen.length / 2)] ?? null;
}
