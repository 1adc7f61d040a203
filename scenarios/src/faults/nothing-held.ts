import type { AnyFaultKind } from './model.ts';

/**
 * The part of a kind whose effect is done once it was applied, and cannot be taken back: nobody
 * holds anything, and the fault is over at once. What it did heals by other means; the kind's
 * summary says how.
 */
export const NOTHING_HELD: Required<
  Pick<AnyFaultKind, 'endsItself' | 'renew' | 'revert' | 'verifyUndone'>
> = {
  endsItself: () => true,
  renew: () => Promise.resolve(),
  revert: () => Promise.resolve(),
  verifyUndone: () => Promise.resolve({ clean: true }),
};
