import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { renderFaultReference } from './reference.ts';
import { createFaultRegistry } from './registry.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/faults.md');

it('docs/reference/faults.md says what the registry says (write it with vitest -u)', async () => {
  await expect(renderFaultReference(createFaultRegistry())).toMatchFileSnapshot(PAGE);
});
