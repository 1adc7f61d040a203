import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { toxicReference } from './reference.ts';

const page = new URL('../../../../../docs/reference/tcp-proxy.md', import.meta.url);

/** Cells without the padding that the formatter adds. */
const plain = (markdown: string) => markdown.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

it('describes every toxic and attribute on the reference page as the registry does', async () => {
  expect(plain(await readFile(page, 'utf8'))).toContain(plain(toxicReference()));
});
