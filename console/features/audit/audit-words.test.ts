import { describe, expect, it } from 'vitest';
import { detailWords, timeAround, verdictWords } from './audit-words.ts';

describe('the audit trail in words', () => {
  it('says a body as its fields, and leaves other details as they are', () => {
    const words = (detail: string) => detailWords({ detail });
    expect(words('{"breaker":{"enabled":false},"retry":{"attempts":5}}')).toBe(
      'breaker.enabled = false, retry.attempts = 5',
    );
    expect(words('{"users":["ada"],"kind":"x"} — refused')).toBe(
      'users = ["ada"], kind = x — refused',
    );
    expect(words('{"cut":')).toBe('{"cut":');
    expect(words('by 60 s')).toBe('by 60 s');
  });

  it('says whether the chain is whole, since when, or what breaks it', () => {
    const verdict = {
      ...{ whole: true, entries: 1204, since: Date.parse('2026-11-21T08:00:00'), until: 2 },
      ...{ scraps: 0, sizeBytes: 310_000, checkedAt: 5, problem: null },
    };
    expect(verdictWords(verdict)).toBe(
      '1,204 entries (310 kB), chain whole since 2026-11-21 08:00:00.000.',
    );
    expect(verdictWords({ ...verdict, scraps: 1 })).toContain('; it survived 1 crash.');
    const problem = { line: 2, what: 'changed', detail: 'line 2 is not what was written' } as const;
    expect(verdictWords({ ...verdict, whole: false, entries: 1, problem })).toBe(
      'Line 2 changed: line 2 is not what was written. 1 entry before it is good.',
    );
  });

  it('shows three minutes around a moment', () => {
    expect(timeAround(100_000.4)).toEqual({ from: 10_000, to: 190_000 });
  });
});
