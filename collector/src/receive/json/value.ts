import type { Attributes } from '../../model/records.ts';
import { originOf, putAttribute, scalar } from '../attributes.ts';
import type { Origin } from '../../model/span.ts';

/** The JSON does not follow the OTLP mapping. Caught at the edge and answered with 400. */
export class JsonShapeError extends Error {
  override name = 'JsonShapeError';
}

/** A JSON object whose fields nobody has checked yet. */
export type Loose = Record<string, unknown>;

const MAX_DEPTH = 16;

/** The field as a list; absent is empty. */
export function list(parent: Loose, field: string): Loose[] {
  const value = parent[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new JsonShapeError(`${field}: an array`);
  for (const item of value) {
    if (typeof item !== 'object' || item === null) {
      throw new JsonShapeError(`${field}: an array of objects`);
    }
  }
  return value as Loose[];
}

/** The field as an object; absent is empty. */
export function object(parent: Loose, field: string): Loose {
  const value = parent[field];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new JsonShapeError(`${field}: an object`);
  }
  return value as Loose;
}

/** The field as text; absent is empty. */
export function text(parent: Loose, field: string): string {
  const value = parent[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new JsonShapeError(`${field}: a string`);
  return value;
}

/** Ids are hexadecimal in OTLP's JSON, not base64 as elsewhere in the protobuf mapping. */
export function hexId(parent: Loose, field: string): string {
  return text(parent, field).toLowerCase();
}

/** `fixed64` nanoseconds: a decimal string, or a number, as milliseconds with fraction. */
export function timeMs(parent: Loose, field: string): number {
  const value = parent[field];
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    return Number(BigInt(value) / 1000n) / 1000;
  }
  if (typeof value === 'number' && value >= 0) return Math.round(value / 1000) / 1000;
  throw new JsonShapeError(`${field}: nanoseconds as a decimal string`);
}

/** A number, or an integer of 64 bits as a decimal string; absent is null. */
export function number(parent: Loose, field: string): number | null {
  const value = parent[field];
  if (value === undefined || value === null) return null;
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof parsed !== 'number') throw new JsonShapeError(`${field}: a number`);
  return parsed;
}

/** An enum as its number; names (`SPAN_KIND_SERVER`), which some senders use, by `names`. */
export function enumeration(parent: Loose, field: string, names: readonly string[]): number {
  const value = parent[field];
  if (typeof value === 'string') return Math.max(0, names.indexOf(value));
  return number(parent, field) ?? 0;
}

/** `attributes: [{ key, value: AnyValue }]` */
export function attributes(parent: Loose): Attributes {
  const result: Attributes = {};
  for (const entry of list(parent, 'attributes')) {
    putAttribute(result, text(entry, 'key'), scalar(anyValue(object(entry, 'value'), 0)));
  }
  return result;
}

/** `{ stringValue } | { boolValue } | { intValue } | { doubleValue } | { arrayValue } | …` */
export function anyValue(value: Loose, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new JsonShapeError(`value: nested at most ${MAX_DEPTH} deep`);
  if (value.stringValue !== undefined) return text(value, 'stringValue');
  if (value.boolValue !== undefined) return value.boolValue === true;
  if (value.intValue !== undefined) {
    const parsed = number(value, 'intValue') ?? 0;
    // A string of 64 bits stays text where a double would round it.
    const exact = Number.isSafeInteger(parsed) || typeof value.intValue !== 'string';
    return exact ? parsed : value.intValue;
  }
  if (value.doubleValue !== undefined) return number(value, 'doubleValue');
  if (value.bytesValue !== undefined) return text(value, 'bytesValue');
  if (value.arrayValue !== undefined) {
    return list(object(value, 'arrayValue'), 'values').map((item) => anyValue(item, depth + 1));
  }
  if (value.kvlistValue !== undefined) {
    const entries = list(object(value, 'kvlistValue'), 'values');
    return Object.fromEntries(
      entries.map((entry) => [text(entry, 'key'), anyValue(object(entry, 'value'), depth + 1)]),
    );
  }
  return '';
}

/** Walks `{ resourceX: [{ resource, scopeX: [{ x: [item] }] }] }`. */
export function* eachItem(
  request: Loose,
  names: { resources: string; scopes: string; items: string },
): Generator<{ origin: Origin; item: Loose }> {
  for (const resource of list(request, names.resources)) {
    const origin = originOf(attributes(object(resource, 'resource')));
    for (const scope of list(resource, names.scopes)) {
      for (const item of list(scope, names.items)) yield { origin, item };
    }
  }
}
