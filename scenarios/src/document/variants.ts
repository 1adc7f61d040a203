import { z } from 'zod';
import { idSchema } from './checks.ts';
import type { Variant } from './model.ts';
import type { DocumentPath } from './path.ts';
import { readPolicies, type PolicySchemas } from './policies.ts';
import { isMap, readAs, type Reading } from './reader.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;
const MAXIMUM_VARIANTS = 20;
const outlineShape = {
  expect: z.enum(['holds', 'fails']).default('holds').describe('What this variant must show'),
  because: z
    .array(idSchema)
    .max(50)
    .default([])
    .describe('Ids of checks or names of invariants: one of them must be why it fails'),
};

/** The word `variants`. */
export function createVariantsSchema({ change }: PolicySchemas) {
  const changes = z.union([change, z.array(change).max(50)]);
  const variant = z.strictObject({
    ...outlineShape,
    policy: changes.optional().describe('What differs from the document'),
    policies: changes.optional().describe('The same as policy, for several'),
  });
  return z.record(z.string().regex(NAME), variant);
}

/** The variants in the order of the document; without any, the document as it is. */
export function readVariants(reading: Reading, value: unknown, path: DocumentPath): Variant[] {
  if (value === undefined) {
    return [{ name: 'as-it-is', changes: [], expect: 'holds', because: [] }];
  }
  const entries = isMap(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.length > MAXIMUM_VARIANTS) {
    reading.problems.add(path, `must be a map of 1 to ${MAXIMUM_VARIANTS} variants`, value);
    return [];
  }
  return entries.flatMap(([name, one]) => readVariant(reading, name, one, [...path, name]) ?? []);
}

function readVariant(
  reading: Reading,
  name: string,
  value: unknown,
  path: DocumentPath,
): Variant | undefined {
  const { problems } = reading;
  if (!NAME.test(name)) {
    const rule = 'must be a name of 1 to 60 lower-case letters, digits and -';
    problems.add(path, rule, name, { at: 'key' });
  }
  const { policy, policies, ...rest } = isMap(value) ? value : {};
  const outline = isMap(value) ? rest : value;
  const more = ['policy', 'policies'];
  const read = readAs(reading, z.strictObject(outlineShape), outline, path, more);
  if (policy !== undefined && policies !== undefined) {
    problems.add(
      [...path, 'policies'],
      'must not stand beside policy: both say the same',
      policies,
    );
  }
  const key = policy === undefined ? 'policies' : 'policy';
  const changes = policy ?? policies;
  const taken = changes === undefined ? [] : readPolicies(reading, changes, [...path, key]);
  if (!read) return undefined;
  const { expect, because } = read;
  if (expect === 'fails' && because.length === 0) {
    const rule = 'must name the checks or invariants that break (because: […]): it expects to fail';
    problems.add([...path, 'because'], rule, undefined);
  }
  if (expect === 'holds' && because.length > 0) {
    problems.add([...path, 'because'], 'is only for a variant that fails', because);
  }
  for (const [index, id] of because.entries()) {
    reading.references.push({ path: [...path, 'because', index], name: id, to: 'cause' });
  }
  return { name, changes: taken, expect, because };
}
