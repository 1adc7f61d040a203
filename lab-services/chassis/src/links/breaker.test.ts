import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkPolicySchema } from '../core/index.ts';
import { createBreaker, type BreakerChange, type BreakerPolicy } from './breaker.ts';
import type { AttemptVerdict } from './evidence-window.ts';

function setUp(changes: Partial<BreakerPolicy> = {}) {
  let now = 1000;
  const policy = { ...linkPolicySchema.parse({}).breaker, ...changes };
  const changed: BreakerChange[] = [];
  const breaker = createBreaker({
    policy,
    nowMs: () => now,
    changed: (change) => changed.push(change),
  });
  const attempt = (verdict: AttemptVerdict | undefined) => {
    const permit = breaker.admit();
    permit?.settle(verdict);
    return permit !== undefined;
  };
  const repeat = (count: number, verdict: AttemptVerdict | undefined) => {
    for (let index = 0; index < count; index++) attempt(verdict);
  };
  return {
    breaker,
    changed,
    attempt,
    repeat,
    policy,
    pass: (durationMs: number) => {
      now += durationMs;
    },
  };
}

describe('a breaker that is closed', () => {
  test('opens with the fifth failure in a row, not with the fourth', () => {
    const { breaker, repeat, changed } = setUp();
    repeat(4, 'failure');
    expect(breaker.state).toBe('closed');
    repeat(1, 'failure');
    expect(breaker.state).toBe('open');
    expect(changed).toMatchObject([
      { from: 'closed', to: 'open', reason: 'consecutive-failures', evidence: { failures: 5 } },
    ]);
  });

  test('forgets the row of failures with a success', () => {
    const { breaker, repeat } = setUp();
    repeat(4, 'failure');
    repeat(1, 'success');
    repeat(4, 'failure');
    expect(breaker.state).toBe('closed');
  });

  test('opens at half of twenty calls, not at half of nineteen', () => {
    const { breaker, repeat, attempt } = setUp({ consecutiveFailures: 1000 });
    for (let index = 0; index < 9; index++) {
      repeat(1, 'failure');
      repeat(1, 'success');
    }
    attempt('failure');
    expect(breaker.evidence()).toMatchObject({ calls: 19, failures: 10 });
    expect(breaker.state).toBe('closed');
    attempt('failure');
    expect(breaker.state).toBe('open');
  });

  test('counts a slow call as a failure and shows it apart', () => {
    const { breaker, repeat } = setUp();
    repeat(5, 'slow');
    expect(breaker.state).toBe('open');
    expect(breaker.evidence()).toMatchObject({ calls: 5, failures: 0, slow: 5 });
  });

  test('forgets what is older than its window', () => {
    const { breaker, repeat, pass } = setUp({ consecutiveFailures: 1000 });
    repeat(10, 'failure');
    pass(10_000);
    expect(breaker.evidence().calls).toBe(0);
    repeat(10, 'failure');
    expect(breaker.state).toBe('closed');
  });

  test('learns nothing from an attempt without a verdict', () => {
    const { breaker, repeat } = setUp();
    repeat(100, undefined);
    expect(breaker.evidence().calls).toBe(0);
    expect(breaker.state).toBe('closed');
  });
});

describe('a breaker that is open', () => {
  test('refuses until its time has passed, then admits probes', () => {
    const { breaker, repeat, attempt, pass, policy } = setUp();
    repeat(5, 'failure');
    pass(policy.openMs - 1);
    expect(attempt('success')).toBe(false);
    pass(1);
    expect(attempt('success')).toBe(true);
    expect(breaker.state).toBe('half-open');
  });

  test('ignores the end of an attempt that began while it was closed', () => {
    const { breaker, repeat, pass, policy } = setUp();
    const late = breaker.admit();
    repeat(5, 'failure');
    pass(policy.openMs);
    const probe = breaker.admit();
    late?.settle('failure');
    expect(breaker.state).toBe('half-open');
    probe?.settle('success');
    expect(breaker.state).toBe('half-open');
  });
});

describe('a breaker that is half-open', () => {
  const halfOpen = (changes: Partial<BreakerPolicy> = {}) => {
    const parts = setUp(changes);
    parts.repeat(5, 'failure');
    parts.pass(parts.policy.openMs);
    return parts;
  };

  test('admits no more probes at a time than the policy says', () => {
    const { breaker } = halfOpen({ halfOpenProbes: 3 });
    const probes = [breaker.admit(), breaker.admit(), breaker.admit()];
    expect(breaker.admit()).toBeUndefined();
    probes[0]?.settle(undefined);
    expect(breaker.admit()).toBeDefined();
  });

  test('closes with the second good probe and starts with an empty window', () => {
    const { breaker, attempt } = halfOpen();
    attempt('success');
    expect(breaker.state).toBe('half-open');
    attempt('success');
    expect(breaker.state).toBe('closed');
    expect(breaker.evidence().calls).toBe(0);
  });

  test.each(['failure', 'slow'] as const)('opens again with one probe that ends as %s', (end) => {
    const { breaker, attempt, changed } = halfOpen();
    attempt('success');
    attempt(end);
    expect(breaker.state).toBe('open');
    expect(changed.at(-1)).toMatchObject({ from: 'half-open', to: 'open', reason: 'probe-failed' });
  });
});

test('a breaker that is switched off closes and lets everything pass', () => {
  const { breaker, repeat, policy, changed } = setUp();
  repeat(5, 'failure');
  breaker.setPolicy({ ...policy, enabled: false });
  expect(breaker.state).toBe('closed');
  expect(changed.at(-1)?.reason).toBe('switched-off');
  repeat(50, 'failure');
  expect(breaker.state).toBe('closed');
});

test('whatever happens, a breaker moves only along its four edges', () => {
  const step = fc.record({
    verdict: fc.constantFrom<AttemptVerdict | undefined>('success', 'failure', 'slow', undefined),
    passMs: fc.integer({ min: 0, max: 6000 }),
    hold: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { breaker, changed, pass } = setUp();
      const held: (() => void)[] = [];
      for (const { verdict, passMs, hold } of steps) {
        const permit = breaker.admit();
        if (hold) held.push(() => permit?.settle(verdict));
        else permit?.settle(verdict);
        pass(passMs);
        if (held.length > 3) held.shift()?.();
      }
      for (const settle of held) settle();
      const edges = changed.map(({ from, to }) => `${from} ${to}`);
      const allowed = ['closed open', 'open half-open', 'half-open closed', 'half-open open'];
      expect(edges.every((edge) => allowed.includes(edge))).toBe(true);
      changed.reduce((state, { from, to }) => {
        expect(from).toBe(state);
        return to;
      }, 'closed');
    }),
    { numRuns: 200 },
  );
});

test('a breaker that is reset is closed, knows nothing of before, and counts no attempt of before', () => {
  const { breaker, repeat, attempt, changed } = setUp();
  const before = breaker.admit();
  repeat(5, 'failure');
  expect(breaker.state).toBe('open');
  breaker.reset();
  expect(breaker.state).toBe('closed');
  expect(changed.at(-1)).toMatchObject({ from: 'open', to: 'closed', reason: 'reset' });
  expect(breaker.evidence().calls).toBe(0);
  before?.settle('failure');
  repeat(4, 'failure');
  expect(breaker.state).toBe('closed');
  attempt('failure');
  expect(breaker.state).toBe('open');
});

test('a closed breaker that is reset tells of no change and forgets its failures', () => {
  const { breaker, repeat, changed } = setUp();
  repeat(4, 'failure');
  breaker.reset();
  repeat(4, 'failure');
  expect(changed).toEqual([]);
});
