import { z } from 'zod';
import { PROBES } from '../probes/registry.ts';
import { createSchemas } from './schema.ts';
import { createVocabulary, type Vocabulary } from './vocabulary.ts';

/**
 * JSON Schema of documents, for editors. It knows every kind of fault, probe and policy field and the
 * names of the catalogue; units, references and ranges that depend on each other, `parseExperiment`
 * checks.
 */
export function experimentJsonSchema(
  vocabulary: Vocabulary = createVocabulary(PROBES),
): Record<string, unknown> {
  const { document } = createSchemas(vocabulary);
  return {
    title: 'Faultline experiment',
    ...z.toJSONSchema(document, { io: 'input', reused: 'ref', unrepresentable: 'any' }),
  };
}
