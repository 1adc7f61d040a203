import { z } from 'zod';
import { matchesGlob } from '../faults/glob.ts';
import type { Check, ProbeSpec, Tolerance } from './model.ts';
import type { DocumentPath } from './path.ts';
import { isMap, readAs, type Reading } from './reader.ts';
import { parseTolerance } from './tolerance.ts';
import type { AnyProbeKind } from '../probes/registry.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Ids of checks and injections. */
export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._#>-]{0,79}$/, {
  error: 'must be 1 to 80 letters, digits, spaces and . _ - # >',
});

/** What a reading is held against, as written; which unit fits, the probe says. */
export const expectSchema = z
  .union([z.string().min(1).max(100), z.number(), z.boolean()], {
    error: 'must be a tolerance, such as < 300ms, <= 1%, 0, = open or 1% to 5%',
  })
  .describe('Tolerance: < 300ms, <= 1%, >= 5/s, 0, = open, != 0, 1% to 5%, 300ms..2s');

const CHECK = {
  id: idSchema.optional().describe('Unique; by default the name of the probe'),
  expect: expectSchema,
};

/** Schemas of probes with what a check adds, for editors. */
export function createCheckSchema<Extra extends z.ZodRawShape>(
  { probes, names }: Vocabulary,
  extra: Extra,
): z.ZodType {
  const [first, ...others] = probes.map((kind) =>
    z.strictObject({ ...shapeOf(kind, names), ...extra }).describe(kind.summary),
  );
  return first ? z.union([first, ...others]) : z.never();
}

/** What a check has beside its probe: see {@link createCheckSchema}. */
export const CHECK_SHAPE = CHECK;

/** What belongs to the check and not to its probe. */
type CheckWords = Readonly<Record<string, unknown>>;

/**
 * Reads a probe with its tolerance. `extra` are words of whatever holds the check: `within`, `for`.
 */
export function readCheck(
  reading: Reading,
  value: unknown,
  path: DocumentPath,
  extra: readonly string[] = [],
): Check | undefined {
  if (!isMap(value)) {
    reading.problems.add(path, 'must be a map with a probe and what it is expected to be', value);
    return undefined;
  }
  const { id: givenId, expect, ...rest } = value;
  const id = reading.checks.assign(givenId, value.probe, path, 'id');
  const fields = Object.entries(rest).filter(([word]) => !extra.includes(word));
  const own: CheckWords = { ...(givenId === undefined ? {} : { id: givenId }), expect };
  const words = readAs(reading, z.strictObject(CHECK), own, path);
  const probe = readProbe(reading, Object.fromEntries(fields), path, [
    ...Object.keys(CHECK),
    ...extra,
  ]);
  if (!words || !probe) return undefined;
  const tolerance = readTolerance(reading, words.expect, probe, path);
  return tolerance && { id, probe: probe.spec, tolerance, expect: String(words.expect).trim() };
}

/** Reads a probe alone: what a sweep draws. */
export function readProbe(
  reading: Reading,
  value: Record<string, unknown>,
  path: DocumentPath,
  moreWords: readonly string[],
): { kind: AnyProbeKind; spec: ProbeSpec } | undefined {
  const { problems, vocabulary } = reading;
  const kind = vocabulary.probes.find((one) => one.kind === value.probe);
  if (!kind) {
    const known = vocabulary.probes.map((one) => one.kind);
    problems.addUnknown([...path, 'probe'], 'a probe', value.probe, known);
    return undefined;
  }
  const spec = readAs(reading, kind.schema, value, path, moreWords);
  if (!spec) return undefined;
  return namesExist(reading, spec, path) ? { kind, spec: spec } : undefined;
}

function readTolerance(
  { problems }: Reading,
  expect: string | number | boolean,
  { kind, spec }: { kind: AnyProbeKind; spec: ProbeSpec },
  path: DocumentPath,
): Tolerance | undefined {
  const answer = parseTolerance(expect, kind.unitOf?.(spec) ?? kind.unit);
  if (answer.ok) return answer.tolerance;
  problems.add([...path, 'expect'], answer.rule, expect);
  return undefined;
}

/** Fields of probes that name something of the catalogue. */
function namesOf(names: Vocabulary['names']): Readonly<Record<string, readonly string[]>> {
  return {
    service: [...names.services, ...names.resources],
    link: names.links,
    topic: names.topics,
  };
}

function namesExist({ problems, vocabulary }: Reading, spec: object, path: DocumentPath): boolean {
  const before = problems.count;
  for (const [field, known] of Object.entries(namesOf(vocabulary.names))) {
    const named: unknown = (spec as Record<string, unknown>)[field];
    if (typeof named !== 'string') continue;
    if (known.some((one) => matchesGlob(named, one))) continue;
    problems.addUnknown([...path, field], `a ${field} of the catalogue`, named, known);
  }
  return problems.count === before;
}

function shapeOf({ kind, schema }: AnyProbeKind, names: Vocabulary['names']): z.ZodRawShape {
  const inner = schema instanceof z.ZodPipe ? schema.in : schema;
  const shape: Record<string, z.ZodType> =
    inner instanceof z.ZodObject ? { ...(inner.shape as Record<string, z.ZodType>) } : {};
  for (const [field, known] of Object.entries(namesOf(names))) {
    const plain = shape[field];
    if (!plain || !plain.safeParse(known[0]).success) continue;
    const named = z.enum(known as string[]).describe(plain.description ?? `Name of a ${field}`);
    shape[field] = plain.safeParse(undefined).success ? named.optional() : named;
  }
  return { ...shape, probe: z.literal(kind) };
}
