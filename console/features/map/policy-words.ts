import type { PolicyView } from '@faultline/server/contract';
import { formatPercent, formatSetting, plural } from '../../lib/format.ts';

/** A link's policies. */
export type Policy = PolicyView['policy'];
/** The name of one pattern. */
export type Pattern = keyof Policy;

/** A number a person may change in place. */
export interface PolicyNumber {
  field: string;
  title: string;
  unit: string;
  minimum: number;
  maximum: number;
}

const ms = (field: string, title: string): PolicyNumber => ({
  field,
  title,
  unit: 'ms',
  minimum: 1,
  maximum: 600_000,
});

/** Patterns in the order in which they stand around a call, with their numbers. */
export const PATTERNS: readonly {
  pattern: Pattern;
  title: string;
  numbers: readonly PolicyNumber[];
}[] = [
  { pattern: 'timeout', title: 'Timeout', numbers: [ms('attemptMs', 'Longest attempt')] },
  {
    pattern: 'retry',
    title: 'Retry',
    numbers: [
      { field: 'attempts', title: 'Attempts in all', unit: '', minimum: 1, maximum: 10 },
      ms('baseDelayMs', 'First pause, at most'),
    ],
  },
  {
    pattern: 'breaker',
    title: 'Breaker',
    numbers: [
      {
        field: 'failureRatio',
        title: 'Share that opens',
        unit: '0 to 1',
        minimum: 0.01,
        maximum: 1,
      },
      {
        field: 'minimumCalls',
        title: 'Calls before it counts',
        unit: '',
        minimum: 1,
        maximum: 10_000,
      },
      ms('windowMs', 'Window'),
      ms('slowCallMs', 'Slow from'),
      ms('openMs', 'Open before probing'),
    ],
  },
  {
    pattern: 'bulkhead',
    title: 'Bulkhead',
    numbers: [
      { field: 'concurrency', title: 'Calls in flight', unit: '', minimum: 1, maximum: 10_000 },
      { field: 'queue', title: 'Calls waiting', unit: '', minimum: 0, maximum: 10_000 },
    ],
  },
  { pattern: 'fallback', title: 'Fallback', numbers: [] },
];

/** A pattern in a few words: `3 tries, full jitter`. */
export function policySummary(policy: Policy, pattern: Pattern): string {
  switch (pattern) {
    case 'timeout':
      return `${formatSetting(policy.timeout.attemptMs)} an attempt`;
    case 'retry':
      return `${plural(policy.retry.attempts, 'try', 'tries')}, full jitter`;
    case 'breaker':
      return `${formatPercent(policy.breaker.failureRatio)} of ${policy.breaker.minimumCalls} in ${formatSetting(policy.breaker.windowMs)}`;
    case 'bulkhead':
      return `${policy.bulkhead.concurrency} + ${policy.bulkhead.queue} queued`;
    case 'fallback':
      return policy.fallback.enabled ? 'where the caller has one' : 'none';
  }
}

/** Whether a person changed a pattern since the launch. */
export function isChanged(
  entry: Pick<PolicyView, 'policy' | 'initial'>,
  pattern: Pattern,
): boolean {
  return JSON.stringify(entry.policy[pattern]) !== JSON.stringify(entry.initial[pattern]);
}

/** Reads a typed number; null when it is not one or out of range. */
export function readNumber(limits: PolicyNumber, typed: string): number | null {
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value)) return null;
  return value < limits.minimum || value > limits.maximum ? null : value;
}
