import type { PatternView, Policies } from '@faultline/server/contract';
import { cellWords, isOn, isSame, type Settings } from './pattern-words.ts';

/** What has patterns. */
export interface Target {
  kind: 'link' | 'service';
  name: string;
}

/** One pattern of one link or service; `none` where it has no such pattern. */
export type Cell =
  | { state: 'none'; pattern: PatternView }
  | {
      state: 'on' | 'off';
      pattern: PatternView;
      settings: Settings;
      initial: Settings;
      /** Whether a person changed it since the launch. */
      changed: boolean;
      words: string;
    };

/** A line of the matrix: a link or a service, with a cell for every column. */
export interface Row {
  target: Target;
  cells: Cell[];
}

/** Links or services against their patterns. */
export interface Matrix {
  kind: Target['kind'];
  columns: PatternView[];
  rows: Row[];
}

/** What a person chose to see. */
export interface MatrixFilter {
  /** Words: of a link or service, or of a pattern. */
  find: string;
  changedOnly: boolean;
  family: PatternView['family'] | 'all';
}

/** What of the fleet is not as at launch: each pattern, flag and switch counts. */
export function countChanges(policies: Policies): number {
  const cells = (['link', 'service'] as const).flatMap((kind) =>
    targetsOf(policies, kind).flatMap((entry) =>
      Object.keys(entry.policy).filter((name) => !isSame(entry.policy[name], entry.initial[name])),
    ),
  );
  const flags = policies.flags.filter(({ flag, initial }) => !isSame(flag, initial));
  return cells.length + flags.length + (policies.mtls.on === policies.mtls.initial ? 0 : 1);
}

/** The matrix of all links or of all services, as the filter leaves it. */
export function buildMatrix(
  policies: Policies,
  kind: Target['kind'],
  filter: MatrixFilter,
): Matrix {
  const targets = targetsOf(policies, kind);
  const used = new Set(targets.flatMap(({ policy }) => Object.keys(policy)));
  const all = policies.patterns.filter(({ of, name }) => of === kind && used.has(name));
  const columns = all
    .filter(({ family }) => filter.family === 'all' || family === filter.family)
    .sort((a, b) => FAMILIES.indexOf(a.family) - FAMILIES.indexOf(b.family));
  const words = filter.find.toLowerCase().split(/\s+/).filter(Boolean);
  // A word that names a pattern chooses columns, any other one rows.
  const names = (pattern: PatternView, word: string) =>
    `${pattern.title} ${pattern.name} ${pattern.row}`.toLowerCase().includes(word);
  const ofPatterns = words.filter((word) => policies.patterns.some((one) => names(one, word)));
  const ofRows = words.filter(
    (word) => !ofPatterns.includes(word) || targets.some(({ name }) => name.includes(word)),
  );
  const asColumn = ofPatterns.filter((word) => !ofRows.includes(word));
  const shown = columns.filter((one) => asColumn.every((word) => names(one, word)));
  const rows = targets
    .filter(({ name }) => ofRows.every((word) => name.toLowerCase().includes(word)))
    .map((target): Row => ({
      target: { kind, name: target.name },
      cells: shown.map((pattern) => cellOf(target, pattern)),
    }))
    .filter(({ cells }) => cells.some(({ state }) => state !== 'none'))
    .filter(({ cells }) => !filter.changedOnly || cells.some(isChanged));
  return { kind, columns: shown, rows };
}

/** The patterns of one link or service, in the order of the catalogue. */
export function patternsOf(policies: Policies, target: Target): Cell[] {
  const entry = targetsOf(policies, target.kind).find(({ name }) => name === target.name);
  if (!entry) return [];
  return policies.patterns
    .filter(({ of, name }) => of === target.kind && entry.policy[name] !== undefined)
    .map((pattern) => cellOf(entry, pattern));
}

/** Whether a person changed the pattern since the launch. */
export function isChanged(cell: Cell): boolean {
  return cell.state !== 'none' && cell.changed;
}

/** Columns of one family that stand beside each other. */
export function columnGroups(
  columns: readonly PatternView[],
): { family: PatternView['family']; count: number }[] {
  const groups: { family: PatternView['family']; count: number }[] = [];
  for (const { family } of columns) {
    const last = groups.at(-1);
    if (last?.family === family) last.count += 1;
    else groups.push({ family, count: 1 });
  }
  return groups;
}

const FAMILIES: readonly PatternView['family'][] = ['edge', 'reliability', 'data', 'security'];

interface Entry {
  name: string;
  policy: Readonly<Record<string, Settings>>;
  initial: Readonly<Record<string, Settings>>;
}

function targetsOf({ policies, services }: Policies, kind: Target['kind']): Entry[] {
  const entries =
    kind === 'link'
      ? policies.map(({ link, ...entry }) => ({ name: link, ...entry }))
      : services.map(({ service, ...entry }) => ({ name: service, ...entry }));
  // What a service has not is absent, never undefined.
  return entries as unknown as Entry[];
}

function cellOf({ policy, initial }: Entry, pattern: PatternView): Cell {
  const settings = policy[pattern.name];
  if (settings === undefined) return { state: 'none', pattern };
  const before = initial[pattern.name] ?? settings;
  return {
    state: isOn(settings) ? 'on' : 'off',
    pattern,
    settings,
    initial: before,
    changed: !isSame(settings, before),
    words: cellWords(pattern, settings),
  };
}
