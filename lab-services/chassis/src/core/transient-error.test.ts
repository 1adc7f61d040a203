import { describe, expect, it } from 'vitest';
import { isTransientError } from './transient-error.ts';

describe('an error', () => {
  const withCode = (code: string) => Object.assign(new Error('no'), { code });

  it.each([
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    withCode('40001'),
    withCode('08006'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ])('of a dependency that is away is transient: %s', (error) => {
    expect(isTransientError(error)).toBe(true);
  });

  it.each([
    withCode('23514'),
    withCode('22P02'),
    withCode('42703'),
    new TypeError('x is undefined'),
    'thrown text',
  ])('that what was asked causes is not: %s', (error) => {
    expect(isTransientError(error)).toBe(false);
  });
});
