import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { renderProbeReference } from './reference.ts';
import { createProbeRegistry } from './registry.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/probes.md');

it('docs/reference/probes.md says what the registry says (write it with vitest -u)', async () => {
  await expect(renderProbeReference(createProbeRegistry())).toMatchFileSnapshot(PAGE);
});
