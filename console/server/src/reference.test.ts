import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { PROBLEMS } from './http/problems.ts';
import { renderApiReference } from './testing/api-reference.ts';
import { startPlane } from './testing/plane.ts';

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/api.md');

it('docs/reference/api.md says what the OpenAPI document says (write it with vitest -u)', async () => {
  await using lab = await startPlane();
  const { body } = await lab.call('GET', '/api/openapi.json');
  const document = body as Parameters<typeof renderApiReference>[0];
  await expect(renderApiReference(document, PROBLEMS)).toMatchFileSnapshot(PAGE);
});
