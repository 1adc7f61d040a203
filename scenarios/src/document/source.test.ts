import { describe, expect, it } from 'vitest';
import { MAXIMUM_CHARACTERS, readSource } from './source.ts';

describe('YAML that is refused', () => {
  it.each([
    ['a syntax error', 'a: [1, 2\nb: 3\n', 2],
    ['a tag', 'a: 1\nb: !secret x\n', 2],
    ['a binary value', 'a: !!binary aGk=\n', 1],
    ['a second document', 'a: 1\n---\nb: 2\n', 2],
    ['a key given twice', 'a: 1\nb: 2\na: 3\n', 3],
    ['a key that is a list', '? [1, 2]\n: 3\n', 1],
    ['an alias of nothing', 'a: *nothing\n', 1],
    ['a list that holds itself', '&a [*a]\n', 1],
    ['nesting without end', '['.repeat(20_000), 1],
    ['too many characters', 'x'.repeat(MAXIMUM_CHARACTERS + 1), 1],
  ])('%s', (_what, text, line) => {
    const source = readSource(text);
    expect(source.ok).toBe(false);
    if (!source.ok) expect(source.problems[0]?.line).toBe(line);
  });

  it('aliases that multiply', () => {
    const levels = 'abcdefghij'.split('');
    const bomb = levels.map((name, index) => {
      const item = index === 0 ? 'x' : `*${levels[index - 1] ?? ''}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
    });
    expect(readSource(bomb.join('\n')).ok).toBe(false);
  });
});

describe('places', () => {
  const source = readSource('a: &x\n  b: [1, 2]\n  c:\nd: *x\n');

  it.each([
    [['a', 'b', 1], 'value', 2, 10],
    [['a', 'b'], 'key', 2, 3],
    [['a', 'c'], 'value', 3, 3],
    [['a', 'missing'], 'value', 1, 1],
    [['d', 'b', 0], 'value', 2, 7],
    [[], 'value', 1, 1],
  ] as const)('%j (%s) is at %i:%i', (path, what, line, column) => {
    expect(source.ok && source.locate(path, what)).toEqual({ line, column });
  });
});

it('reads a reused part where it is reused', () => {
  const source = readSource('a: &x { b: 1 }\nc: *x\n');
  expect(source.ok && source.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
});
