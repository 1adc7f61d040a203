import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';
import { nextLife, type Life } from './life.ts';

describe('a life', () => {
  it('goes from stopped over starting to ready', () => {
    const starting = nextLife({ state: 'stopped' }, { kind: 'spawned' });
    expect(starting.state).toBe('starting');
    expect(nextLife(starting, { kind: 'became-ready', at: 5 })).toEqual({
      state: 'ready',
      since: 5,
    });
  });

  it('is crashed by an exit that nobody asked for, and knows how long it was up', () => {
    const event = { kind: 'exited', at: 45, reason: 'ended by SIGKILL', asked: false } as const;
    expect(nextLife({ state: 'ready', since: 5 }, event)).toEqual({
      state: 'crashed',
      detail: 'ended by SIGKILL',
      upMs: 40,
    });
  });

  it('is stopped by an exit that was asked for', () => {
    const event = { kind: 'exited', at: 45, reason: '', asked: true } as const;
    expect(nextLife({ state: 'paused', since: 5 }, event)).toEqual({ state: 'stopped' });
  });

  it.each([
    [{ state: 'stopped' }, { kind: 'became-ready', at: 1 }],
    [{ state: 'starting', detail: '' }, { kind: 'was-paused' }],
    [{ state: 'ready', since: 0 }, { kind: 'was-resumed' }],
    [{ state: 'ready', since: 0 }, { kind: 'spawned' }],
  ] as const)('refuses %j after %j', (life: Life, event) => {
    expect(() => nextLife(life, event)).toThrow(/cannot have/);
  });
});

describe('the backoff', () => {
  it('waits 1 s, 2 s, then 5 s', () => {
    const backoff = createBackoff();
    expect([0, 0, 0, 0].map((up) => backoff.next(up))).toEqual([1000, 2000, 5000, 5000]);
  });

  it('starts again after 30 s of health', () => {
    const backoff = createBackoff();
    backoff.next(0);
    expect(backoff.next(29_999)).toBe(2000);
    expect(backoff.next(30_000)).toBe(1000);
  });
});
