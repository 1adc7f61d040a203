import type { Attributes } from '../../model/records.ts';
import type { Origin } from '../../model/span.ts';
import { originOf, putAttribute, scalar } from '../attributes.ts';
import { WireError, type WireReader } from './reader.ts';

/** Values nest (arrays of maps of arrays); nobody needs more, and the stack is finite. */
const MAX_DEPTH = 16;

/**
 * Reads one attribute into `attributes`; the reader stands at its length.
 *
 *     KeyValue { string key = 1; AnyValue value = 2; }
 */
export function readAttribute(reader: WireReader, attributes: Attributes): void {
  const end = reader.limit();
  let key = '';
  let value: unknown = '';
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 10) key = reader.string();
    else if (tag === 18) value = readAnyValue(reader, 0);
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
  putAttribute(attributes, key, scalar(value));
}

/**
 *     AnyValue { oneof value {
 *       string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
 *       ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
 */
export function readAnyValue(reader: WireReader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new WireError(`value: nested at most ${MAX_DEPTH} deep`);
  const end = reader.limit();
  let value: unknown = '';
  while (reader.pos < end) {
    const tag = reader.varint();
    switch (tag) {
      case 10:
        value = reader.string();
        break;
      case 16:
        value = reader.varint() !== 0;
        break;
      case 24:
        value = reader.int64();
        break;
      case 33:
        value = reader.double();
        break;
      case 42:
        value = readArray(reader, depth + 1);
        break;
      case 50:
        value = readMap(reader, depth + 1);
        break;
      case 58: {
        const limit = reader.limit();
        value = reader.bytes.toString('base64', reader.pos, limit);
        reader.pos = limit;
        break;
      }
      default:
        reader.skip(tag & 7);
    }
  }
  expectEnd(reader, end);
  return value;
}

/** `ArrayValue { repeated AnyValue values = 1; }` */
function readArray(reader: WireReader, depth: number): unknown[] {
  const end = reader.limit();
  const values: unknown[] = [];
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 10) values.push(readAnyValue(reader, depth));
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
  return values;
}

/** `KeyValueList { repeated KeyValue values = 1; }` */
function readMap(reader: WireReader, depth: number): Record<string, unknown> {
  const end = reader.limit();
  const entries: [string, unknown][] = [];
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag !== 10) {
      reader.skip(tag & 7);
      continue;
    }
    const entryEnd = reader.limit();
    let key = '';
    let value: unknown = '';
    while (reader.pos < entryEnd) {
      const field = reader.varint();
      if (field === 10) key = reader.string();
      else if (field === 18) value = readAnyValue(reader, depth);
      else reader.skip(field & 7);
    }
    expectEnd(reader, entryEnd);
    entries.push([key, value]);
  }
  expectEnd(reader, end);
  return Object.fromEntries(entries);
}

/** `Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }` */
export function readOrigin(reader: WireReader): Origin {
  const end = reader.limit();
  const attributes: Attributes = {};
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 10) readAttribute(reader, attributes);
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
  return originOf(attributes);
}

/**
 * Walks `ResourceX { Resource resource = 1; repeated ScopeX scope = 2; }` of an export request's
 * field 1, and calls `visit` for each item: `ScopeX { Scope scope = 1; repeated X items = 2; }`.
 * The reader stands at the item's length. A resource may stand behind its scopes.
 */
export function eachItem(
  reader: WireReader,
  visit: (origin: Origin, reader: WireReader) => void,
): void {
  while (reader.pos < reader.end) {
    const tag = reader.varint();
    if (tag !== 10) {
      reader.skip(tag & 7);
      continue;
    }
    const end = reader.limit();
    let origin = originOf({});
    const scopes: number[] = [];
    while (reader.pos < end) {
      const field = reader.varint();
      if (field === 10) origin = readOrigin(reader);
      else {
        if (field === 18) scopes.push(reader.pos);
        reader.skip(field & 7);
      }
    }
    expectEnd(reader, end);
    for (const start of scopes) {
      reader.pos = start;
      visitScope(reader, origin, visit);
    }
    reader.pos = end;
  }
}

function visitScope(
  reader: WireReader,
  origin: Origin,
  visit: (origin: Origin, reader: WireReader) => void,
): void {
  const end = reader.limit();
  while (reader.pos < end) {
    const tag = reader.varint();
    if (tag === 18) visit(origin, reader);
    else reader.skip(tag & 7);
  }
  expectEnd(reader, end);
}

/** A nested message must end where its length said. */
export function expectEnd(reader: WireReader, end: number): void {
  if (reader.pos !== end) {
    throw new WireError(`message: ${end - reader.pos} bytes off its length at ${reader.pos}`);
  }
}
