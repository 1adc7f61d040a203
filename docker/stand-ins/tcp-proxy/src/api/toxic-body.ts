import { LONGEST_TTL_MS } from '../proxy/lease.ts';
import { isRefusal, REFUSALS, type Refusal } from '../proxy/refusal.ts';
import type { ToxicPatch } from '../proxy/proxy.ts';
import type { Direction, Toxic, ToxicSettings } from '../proxy/toxic.ts';
import { defaultOf, violationOf, type Attributes } from '../toxics/attributes.ts';
import { findToxicType } from '../toxics/registry.ts';
import type { ToxicType } from '../toxics/toxic-type.ts';
import { readField, readFields, readInteger, type Fields } from './json-body.ts';
import { nameViolation } from './names.ts';

/**
 * Reads a toxic to create, in the order in which Toxiproxy checks: kinds of fields, stream, type,
 * whether the name is taken, attributes.
 *
 * @param isTaken whether another toxic of the proxy has a name
 */
export function readToxic(
  body: unknown,
  isTaken: (name: string) => boolean,
): ToxicSettings | Refusal {
  const fields = readFields(body, 'toxic');
  if (isRefusal(fields)) return fields;
  const head = readHead(fields);
  if (isRefusal(head)) return head;
  const direction = directionOf(head.streamText);
  if (!direction) return REFUSALS.badStream();
  const type = findToxicType(head.type);
  if (!type) return REFUSALS.badToxicType();
  const name = head.name || `${type.name}_${head.streamText}`;
  const violation = nameViolation(name);
  if (violation) return REFUSALS.badField(violation, name);
  if (isTaken(name)) return REFUSALS.toxicExists();
  const attributes = readAttributes(fields.get('attributes'), type, defaultsOf(type));
  if (isRefusal(attributes)) return attributes;
  const { streamText, toxicity = 1, ttlMs, seed } = head;
  return {
    name,
    type,
    direction,
    streamText,
    toxicity,
    attributes,
    ...(ttlMs !== undefined && { ttlMs }),
    ...(seed !== undefined && { seed }),
  };
}

/** Reads an update: attributes are merged one by one; name, type and stream are ignored. */
export function readToxicPatch(body: unknown, toxic: Toxic): ToxicPatch | Refusal {
  const fields = readFields(body, 'toxic');
  if (isRefusal(fields)) return fields;
  const toxicity = readToxicity(fields);
  if (isRefusal(toxicity)) return toxicity;
  const ttlMs = readTtl(fields);
  if (isRefusal(ttlMs)) return ttlMs;
  const given = fields.get('attributes');
  const attributes =
    given === undefined || given === null
      ? undefined
      : readAttributes(given, toxic.type, toxic.attributes);
  if (isRefusal(attributes)) return attributes;
  // Even an empty update restarts the toxic, as Toxiproxy does; a bare renewal does not.
  const restarts = attributes ?? (ttlMs === undefined ? toxic.attributes : undefined);
  return {
    ...(restarts && { attributes: restarts }),
    ...(toxicity !== undefined && { toxicity }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

/** Reads `ttl_ms`: 0 takes a limit away. */
export function readTtl(fields: Fields): number | undefined | Refusal {
  return readInteger(fields, 'ttl_ms', 0, LONGEST_TTL_MS);
}

interface ToxicHead {
  readonly name: string;
  readonly type: string;
  readonly streamText: string;
  readonly toxicity: number | undefined;
  readonly ttlMs: number | undefined;
  readonly seed: number | undefined;
}

function readHead(fields: Fields): ToxicHead | Refusal {
  const name = readField(fields, 'name', 'string');
  if (isRefusal(name)) return name;
  const type = readField(fields, 'type', 'string');
  if (isRefusal(type)) return type;
  const streamText = readField(fields, 'stream', 'string');
  if (isRefusal(streamText)) return streamText;
  const toxicity = readToxicity(fields);
  if (isRefusal(toxicity)) return toxicity;
  const ttlMs = readTtl(fields);
  if (isRefusal(ttlMs)) return ttlMs;
  const seed = readInteger(fields, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (isRefusal(seed)) return seed;
  const attributes = readFields(fields.get('attributes') ?? null, 'attributes');
  if (isRefusal(attributes)) return attributes;
  return {
    name: name ?? '',
    type: type ?? '',
    streamText: streamText ?? 'downstream',
    toxicity,
    ttlMs,
    seed,
  };
}

function readToxicity(fields: Fields): number | undefined | Refusal {
  const toxicity = readField(fields, 'toxicity', 'number');
  if (typeof toxicity !== 'number') return toxicity;
  return toxicity >= 0 && toxicity <= 1
    ? shortestFloat32(toxicity)
    : REFUSALS.badField('toxicity must be a number from 0 to 1', toxicity);
}

/** The shortest decimal that stands for the same 32-bit float, which is how Toxiproxy prints it. */
function shortestFloat32(value: number): number {
  const wanted = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const candidate = Number(wanted.toPrecision(digits));
    if (Math.fround(candidate) === wanted) return candidate;
  }
  return wanted;
}

function directionOf(text: string): Direction | undefined {
  const direction = text.toLowerCase();
  return direction === 'upstream' || direction === 'downstream' ? direction : undefined;
}

function defaultsOf(type: ToxicType): Attributes {
  return Object.fromEntries(
    Object.entries(type.attributes).map(([name, spec]) => [name, defaultOf(spec)]),
  );
}

/** Checks what is given and lays it over `base`; attributes that the type lacks are dropped. */
function readAttributes(value: unknown, type: ToxicType, base: Attributes): Attributes | Refusal {
  const fields = readFields(value ?? null, 'attributes');
  if (isRefusal(fields)) return fields;
  const merged: Record<string, number | string> = {};
  for (const [name, spec] of Object.entries(type.attributes)) {
    const given = fields.get(name) ?? base[name];
    const violation = violationOf(name, spec, given);
    if (violation) return REFUSALS.badField(violation, given);
    merged[name] = given as number | string;
  }
  const violation = type.rule?.(merged);
  return violation ? REFUSALS.badField(violation, merged) : merged;
}
