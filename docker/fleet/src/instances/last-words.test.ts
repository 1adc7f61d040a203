import { expect, it } from 'vitest';
import { findLastWords } from './last-words.ts';

it('prefers what a logger called an error', () => {
  const lines = ['{"level":60,"msg":"Port 5432 is taken."}', '{"level":30,"msg":"bye"}', 'x'];
  expect(findLastWords(lines)).toBe('Port 5432 is taken.');
});

it('finds the message of an uncaught exception', () => {
  const lines = ['    throw new Error(1)', 'TypeError: x is not a function', '    at main.ts:1'];
  expect(findLastWords(lines)).toBe('TypeError: x is not a function');
});

it.each([[[]], [['{broken', 'plain']]])('finds nothing in %j', (lines) => {
  expect(findLastWords(lines)).toBeNull();
});
