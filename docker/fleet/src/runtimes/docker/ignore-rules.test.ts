import { expect, it } from 'vitest';
import { readIgnoreRules } from './ignore-rules.ts';

const RULES = `
# everything but
*
!docker
!package.json
**/node_modules
docker/out/
**/*.test.ts
`;

it.each([
  ['package.json', false],
  ['secret.txt', true],
  ['docker/fleet/src/main.ts', false],
  ['docker/fleet/src/main.test.ts', true],
  ['docker/node_modules/pg/index.js', true],
  ['docker/a/b/node_modules', true],
  ['docker/out', true],
  ['docker/outside.ts', false],
  ['console/package.json', true],
])('leaves out %s: %s', (path, left) => {
  expect(readIgnoreRules(RULES)(path)).toBe(left);
});

it('leaves out nothing without rules', () => {
  expect(readIgnoreRules('')('anything')).toBe(false);
});

it('takes dots, question marks and brackets of a pattern for what they are', () => {
  const isIgnored = readIgnoreRules('a.ts\nb?.ts\n(c).ts');
  expect(['a.ts', 'axts', 'b1.ts', 'b.ts', '(c).ts'].map(isIgnored)).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
});
