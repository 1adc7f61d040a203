import type { FaultField, FaultKindView, Link } from '@faultline/server/contract';
import { formatPercent, formatSetting } from '../../lib/format.ts';

/** A field's value as the form holds it. */
export type FieldValue = number | string | boolean;
/** What a fault hits, as one of the selectors of the API. */
export type Selector =
  | Record<string, never>
  | { link: string }
  | { links: readonly string[] }
  | { service: string }
  | { instance: string };

/** Steps of a slider. */
export const SLIDER_STEPS = 1000;

/** Where a form begins elsewhere than its default: longer than an attempt may take, so that it is felt. */
const STARTS: Readonly<Record<string, Readonly<Record<string, FieldValue>>>> = {
  'network.latency': { latencyMs: 2000 },
};

/** The values a kind's form begins with: its defaults, else the least allowed. */
export function initialValues(kind: FaultKindView): Record<string, FieldValue> {
  return Object.fromEntries(
    kind.fields.map((field) => [
      field.name,
      STARTS[kind.kind]?.[field.name] ??
        field.default ??
        (field.type === 'boolean'
          ? false
          : field.type === 'choice' || field.type === 'text'
            ? (field.choices[0] ?? '')
            : (field.minimum ?? 0)),
    ]),
  );
}

/** Body of `POST /api/faults`. */
export function faultRequest(
  kind: FaultKindView,
  selector: Selector,
  values: Readonly<Record<string, FieldValue>>,
  ttlSeconds: number,
): Record<string, unknown> & { kind: string; ttlSeconds: number } {
  const fields = Object.fromEntries(
    kind.fields.flatMap((field) => {
      const value = values[field.name];
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
  return { kind: kind.kind, ...selector, ...fields, ttlSeconds };
}

/** Whether a kind of fault can hit a line. */
export function fitsLine(kind: FaultKindView, link: Pick<Link, 'protocol'>): boolean {
  const hitsLines = kind.selects === 'link' || kind.selects === 'links';
  return hitsLines && (!kind.needsHttp || link.protocol === 'http');
}

/** The selector a kind wants for one line: some hit a set of lines, with one member here. */
export function lineSelector(kind: FaultKindView, link: string): Selector {
  return kind.selects === 'links' ? { links: [link] } : { link };
}

/** Whether a field is a number and so gets a slider. */
export function isNumeric(field: FaultField): boolean {
  return field.type === 'integer' || field.type === 'number';
}

/** The range of a slider; a field without a maximum gets one around its default. */
export function sliderRange(field: FaultField): { min: number; max: number } {
  const min = field.minimum ?? 0;
  const start = typeof field.default === 'number' ? field.default : 1;
  return { min, max: field.maximum ?? Math.max(min + 1, start * 10) };
}

/**
 * Value at a slider's position, 0 to {@link SLIDER_STEPS}. Wide ranges are bent (cube), so that
 * 100 ms and 10 s can both be met by hand; values are rounded as a person would.
 */
export function valueAt(field: FaultField, position: number): number {
  const { min, max } = sliderRange(field);
  const share = Math.min(1, Math.max(0, position / SLIDER_STEPS));
  const value = min + (max - min) * share ** exponent(min, max);
  if (position >= SLIDER_STEPS) return max;
  const tidy = max - min <= 1 ? Math.round(value * 100) / 100 : Number(value.toPrecision(2));
  const bounded = Math.min(max, Math.max(min, tidy));
  return field.type === 'integer' ? Math.round(bounded) : bounded;
}

/** Where on the slider a value stands; the inverse of {@link valueAt}. */
export function positionOf(field: FaultField, value: number): number {
  const { min, max } = sliderRange(field);
  if (max <= min) return 0;
  const share = Math.min(1, Math.max(0, (value - min) / (max - min)));
  return Math.round(share ** (1 / exponent(min, max)) * SLIDER_STEPS);
}

/** A value with its unit, as people say it. */
export function formatField(field: FaultField, value: FieldValue): string {
  if (typeof value !== 'number') return String(value);
  if (field.unit === 'ms') return value === 0 ? '0 ms' : formatSetting(value);
  if (field.unit === 's') return value === 0 ? '0 s' : formatSetting(value * 1000);
  if (field.unit === 'ratio') return formatPercent(value);
  return field.unit === '' ? String(value) : `${value} ${field.unit}`;
}

function exponent(min: number, max: number): number {
  return max - min > 200 ? 3 : 1;
}
