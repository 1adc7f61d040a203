import { linkPolicySchema, servicePolicySchema } from '@faultline/chassis/core';
import { z } from 'zod';
import { fieldsOf } from '../faults/fields.ts';
import type { PolicyChange } from './model.ts';
import { listNames, nearest } from './nearest.ts';
import type { DocumentPath } from './path.ts';
import { isMap, readAs, readEach, type Reading } from './reader.ts';
import { switchSchema, toFields, wordsOf, type FieldWord } from './unit-fields.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One pattern as a document writes it: `off`, `on`, or a map of its fields. */
export interface PatternWords {
  words: FieldWord[];
  schema: z.ZodType<Record<string, unknown>>;
}

/** How policies are written. */
export type PolicySchemas = ReturnType<typeof createPolicySchemas>;

/** Creates the schemas of `policies`, of the step `policy` and of variants. */
export function createPolicySchemas({ names }: Vocabulary) {
  const link = patternsOf(linkPolicySchema.shape);
  const service = patternsOf(servicePolicySchema.shape);
  const flag = z.strictObject({
    flag: z.enum(names.flags).describe('Feature flag to change'),
    enabled: switchSchema.optional().describe('Off: off for everybody'),
    percentage: z.number().min(0).max(100).optional().describe('Share of users, percent'),
    users: z.array(z.string().min(1).max(64)).max(1000).optional().describe('Users who have it'),
  });
  const mtls = z.strictObject({ mtls: switchSchema.describe('Mutual TLS between services') });
  const change = z.union([
    subjectSchema('link', z.enum(names.serviceLinks).describe('Link between services'), link),
    subjectSchema('service', z.enum(names.services).describe('Service of the catalogue'), service),
    flag,
    mtls,
  ]);
  return { link, service, flag, mtls, change };
}

const SUBJECTS = ['link', 'service', 'flag', 'mtls'] as const;
/** Most changes in one place. */
const MAXIMUM_CHANGES = 50;

/** One change, or a list of them. */
export function readPolicies(reading: Reading, value: unknown, path: DocumentPath): PolicyChange[] {
  if (!Array.isArray(value)) return readPolicy(reading, value, path) ?? [];
  const limits = { minimum: 1, maximum: MAXIMUM_CHANGES };
  return readEach(reading, value, path, limits, (one, at) => readPolicy(reading, one, at)).flat();
}

function readPolicy(
  reading: Reading,
  value: unknown,
  path: DocumentPath,
): PolicyChange[] | undefined {
  const { problems, schemas, vocabulary } = reading;
  const subjects = isMap(value) ? SUBJECTS.filter((one) => Object.hasOwn(value, one)) : [];
  const [subject] = subjects;
  if (!isMap(value) || subject === undefined || subjects.length > 1) {
    const rule = `must be a map with exactly one of ${listNames(SUBJECTS)}`;
    const keys = isMap(value) ? Object.keys(value) : [];
    const meant = keys.map((key) => nearest(key, SUBJECTS)).find((one) => one !== null) ?? null;
    problems.add(path, rule, keys.length > 0 ? keys.join(', ') : value, { meant });
    return undefined;
  }
  if (subject === 'mtls') {
    const read = readAs(reading, schemas.policies.mtls, value, path);
    return read && [{ target: 'mtls', on: read.mtls }];
  }
  if (subject === 'flag') {
    const read = readAs(reading, schemas.policies.flag, value, path);
    if (!read) return undefined;
    const { flag, ...rest } = read;
    const patch = Object.fromEntries(Object.entries(rest).filter(([, one]) => one !== undefined));
    if (Object.keys(patch).length === 0) {
      problems.add(path, 'must change one of enabled, percentage, users', value);
    }
    return [{ target: 'flag', name: flag, patch }];
  }
  const { [subject]: name, ...patterns } = value;
  const known = subject === 'link' ? vocabulary.names.serviceLinks : vocabulary.names.services;
  if (typeof name !== 'string' || !known.includes(name)) {
    const what = subject === 'link' ? 'a link between services' : 'a service';
    problems.addUnknown([...path, subject], what, name, known);
    return undefined;
  }
  const patch = readPatterns(reading, patterns, path, wordsFor(reading, subject, name));
  return patch && [{ target: subject, name, patch }];
}

/** The patterns that `name` has. */
export function wordsFor(
  { schemas, vocabulary }: Reading,
  subject: 'link' | 'service',
  name: string,
): Map<string, PatternWords> {
  if (subject === 'link') return schemas.policies.link;
  const has = vocabulary.topology.services.find((one) => one.name === name)?.patterns ?? [];
  return new Map([...schemas.policies.service].filter(([one]) => has.some((own) => own === one)));
}

function readPatterns(
  reading: Reading,
  patterns: Record<string, unknown>,
  path: DocumentPath,
  known: Map<string, PatternWords>,
): Record<string, Record<string, unknown>> | undefined {
  const { problems } = reading;
  const before = problems.count;
  const patch: Record<string, Record<string, unknown>> = {};
  for (const [name, written] of Object.entries(patterns)) {
    const pattern = known.get(name);
    if (!pattern) {
      const names = [...known.keys()];
      problems.add([...path, name], `is not a pattern here (${listNames(names)})`, written, {
        meant: nearest(name, names),
        at: 'key',
      });
    } else if (isMap(written)) {
      const read = readAs(reading, pattern.schema, written, [...path, name]);
      if (read) patch[name] = toFields(pattern.words, read);
    } else {
      const enabled = readAs(reading, switchSchema, written, [...path, name]);
      if (enabled !== undefined) patch[name] = { enabled };
    }
  }
  if (Object.keys(patterns).length === 0) {
    problems.add(path, `must change a pattern (${listNames([...known.keys()])})`, patterns);
  }
  return problems.count === before ? patch : undefined;
}

function patternsOf(shape: Readonly<Record<string, z.ZodType>>): Map<string, PatternWords> {
  return new Map(
    Object.entries(shape).map(([name, wrapped]) => {
      const inner = wrapped instanceof z.ZodPrefault || wrapped instanceof z.ZodOptional;
      const fields = fieldsOf((inner ? wrapped.unwrap() : wrapped) as z.ZodObject);
      const words = wordsOf(fields.map((field) => ({ ...field, unit: unitOf(field.name) })));
      const entries = words.map(({ word, schema }) => [word, schema.optional()] as const);
      const schema = z.strictObject(Object.fromEntries(entries));
      return [name, { words, schema }];
    }),
  );
}

/** Names of policy fields carry their unit; a share is called a ratio. */
function unitOf(name: string): string {
  return /ratio$/i.test(name) ? 'ratio' : '';
}

function subjectSchema(
  subject: 'link' | 'service',
  name: z.ZodType,
  patterns: Map<string, PatternWords>,
) {
  const entries = [...patterns].map(
    ([pattern, { schema }]) => [pattern, z.union([switchSchema, schema]).optional()] as const,
  );
  return z.strictObject({ [subject]: name, ...Object.fromEntries(entries) });
}
