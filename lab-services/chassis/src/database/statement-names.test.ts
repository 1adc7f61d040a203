import { expect, it } from 'vitest';
import { createStatementNames, MOST_STATEMENTS } from './statement-names.ts';

it('a text has one name for as long as the process lives, and no other text has it', () => {
  const nameOf = createStatementNames();
  expect(nameOf('SELECT $1')).toBe(nameOf('SELECT $1'));
  expect(nameOf('SELECT $2')).not.toBe(nameOf('SELECT $1'));
});

it('texts that come after the first hundred have none, and those that have one keep it', () => {
  const nameOf = createStatementNames();
  const first = nameOf('SELECT $1');
  for (let count = 0; count < 10 * MOST_STATEMENTS; count += 1) nameOf(`SELECT ${count} + $1`);
  expect(nameOf('SELECT $1')).toBe(first);
  expect(nameOf('SELECT something new + $1')).toBeUndefined();
});
