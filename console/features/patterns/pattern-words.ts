import type { PatternField, PatternView } from '@faultline/server/contract';
import { formatCount, formatSetting, percentValue } from '../../lib/format.ts';

/** A value of one parameter. */
export type FieldValue = number | boolean | string;
/** One pattern's settings: `enabled` and its parameters. */
export type Settings = Readonly<Record<string, FieldValue>>;

/** Families in the words of a person, in the order of a request. */
export const FAMILY_TITLES: Readonly<Record<PatternView['family'], string>> = {
  edge: 'Edge',
  reliability: 'Reliability',
  data: 'Data and events',
  security: 'Security',
};

/** Whether the pattern is on; what has no switch is. */
export function isOn(settings: Settings): boolean {
  return settings['enabled'] !== false;
}

/** Whether two settings say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The parameter people know a pattern by, where it is not the first of them. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  breaker: ['failureRatio'],
  bulkhead: ['concurrency', 'queue'],
  outbox: [],
};

/** A pattern's state in the few letters of a cell: `1 s`, `50 %`, `20 + 20`, `on`, `off`. */
export function cellWords(pattern: PatternView, settings: Settings): string {
  if (!isOn(settings)) return 'off';
  const names = TELLING[pattern.name] ?? pattern.fields.slice(0, 1).map(({ name }) => name);
  const values = names.flatMap((name) => {
    const field = pattern.fields.find((candidate) => candidate.name === name);
    const value = settings[name];
    return field === undefined || value === undefined ? [] : [valueWords(field, value)];
  });
  return values.length === 0 ? 'on' : values.join(' + ');
}

/** A value with its unit, as a person would say it. */
export function valueWords(field: PatternField, value: FieldValue): string {
  if (typeof value !== 'number') return String(value);
  if (field.unit === 'ms') return formatSetting(value);
  if (field.unit === 'ratio') return `${percentValue(value)} %`;
  return field.unit === '' ? String(value) : `${value} ${field.unit}`;
}

/** The range of a parameter: `1 to 10`, `above 0 to 1`. */
export function rangeWords({ type, minimum, maximum, exclusive, choices }: PatternField): string {
  if (type === 'choice') return choices.join(' or ');
  if (type === 'boolean') return 'true or false';
  const low = minimum === null ? '' : `${exclusive ? 'above ' : ''}${formatExact(minimum)}`;
  const range = maximum === null ? `${low} or more` : `${low} to ${formatExact(maximum)}`;
  return type === 'integer' ? `${range}, whole` : range;
}

/** A limit with separators and without rounding. */
function formatExact(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(value);
}

/** What a person typed for a parameter: its value, or what is wrong with it. */
export function readField(
  field: PatternField,
  typed: string,
): { value: FieldValue } | { problem: string } {
  const wrong = { problem: `${rangeWords(field)}; got ${typed.trim() || 'nothing'}` };
  if (field.type === 'choice') return field.choices.includes(typed) ? { value: typed } : wrong;
  if (field.type === 'boolean') return { value: typed === 'true' };
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value)) return wrong;
  if (field.type === 'integer' && !Number.isInteger(value)) return wrong;
  const low = field.minimum ?? -Infinity;
  if (value < low || (field.exclusive && value === low)) return wrong;
  return value > (field.maximum ?? Infinity) ? wrong : { value };
}

/** The settings of `to` that differ from `from`: the patch that leads there. */
export function differences(from: Settings, to: Settings): Record<string, FieldValue> {
  return Object.fromEntries(Object.entries(to).filter(([name, value]) => from[name] !== value));
}
