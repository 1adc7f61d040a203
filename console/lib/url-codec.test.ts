import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeQuery, choice, flag, list, number, optional, pageHref, text } from './url-codec.ts';

describe('page state in the URL', () => {
  it('reads an absent parameter as its default and writes the default as absence', () => {
    expect(text.read(null)).toBe('');
    expect(text.write('')).toBeNull();
    expect(flag(true).read(null)).toBe(true);
    expect(flag(true).write(true)).toBeNull();
    expect(flag(true).write(false)).toBe('0');
    expect(choice('newest', 'slowest').read(null)).toBe('newest');
    expect(list.write([])).toBeNull();
  });

  it('opens a broken link with defaults instead of failing', () => {
    expect(number.read('tomorrow')).toBeNull();
    expect(number.read('  ')).toBeNull();
    expect(choice('newest', 'slowest').read('oldest')).toBe('newest');
    expect(optional.read('')).toBeNull();
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(number.read(number.write(value))).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]+$/)), (words) => {
        expect(list.read(list.write(words))).toEqual(words);
      }),
    );
  });

  it('changes only what it is told to', () => {
    expect(changeQuery('?a=1&b=2', { b: null, c: 'x y' })).toBe('a=1&c=x+y');
  });

  it('takes range and chosen service along to another page, and nothing else', () => {
    expect(pageHref('/traces', 'from=1&to=2&svc=orders&node=orders', { status: 'error' })).toBe(
      '/traces?from=1&to=2&svc=orders&status=error',
    );
    expect(pageHref('/', 'node=orders')).toBe('/');
  });

  it('lets a link set a range of its own', () => {
    expect(pageHref('/traces', 'from=1&to=2', { from: 5, to: 6 })).toBe('/traces?from=5&to=6');
  });
});
