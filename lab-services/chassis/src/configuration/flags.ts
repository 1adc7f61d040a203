import { createHash } from 'node:crypto';
import type { FeatureFlag } from '../core/index.ts';

/** Whether a user has a flag, and why: the reasons of OpenFeature. */
export interface FlagDecision {
  value: boolean;
  reason: 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT';
}

/**
 * Decides for `user`: the kill switch first, then the listed users, then a share of everybody. Who
 * has a flag at 10 % has it at 20 %.
 */
export function decideFlag(flag: FeatureFlag, user: string): FlagDecision {
  if (!flag.enabled) return { value: false, reason: 'DISABLED' };
  if (flag.users.includes(user)) return { value: true, reason: 'TARGETING_MATCH' };
  return { value: bucketOf(flag.key, user) < flag.percentage, reason: 'SPLIT' };
}

/** A stable number from 0 (included) to 100 (excluded); even over users, independent per flag. */
export function bucketOf(key: string, user: string): number {
  const digest = createHash('sha256').update(`${key}\u0000${user}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}
