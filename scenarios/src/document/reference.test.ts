import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { PROBES } from '../probes/registry.ts';
import { renderExperimentReference } from './reference.ts';
import { createSchemas } from './schema.ts';
import { createVocabulary } from './vocabulary.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/experiments.md');

it('docs/reference/experiments.md says what the schemas say (write it with vitest -u)', async () => {
  const schemas = createSchemas(createVocabulary(PROBES));
  await expect(renderExperimentReference(schemas)).toMatchFileSnapshot(PAGE);
});
