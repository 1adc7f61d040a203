import type { Transaction } from '../service.ts';

const callbacks = new WeakMap<Transaction, (() => void)[]>();

/** Runs `callback` once `transaction` has committed; never if it rolls back. */
export function afterCommit(transaction: Transaction, callback: () => void): void {
  const list = callbacks.get(transaction);
  if (list) list.push(callback);
  else callbacks.set(transaction, [callback]);
}

/** Calls what waits for the commit of `transaction`. */
export function announceCommit(transaction: Transaction): void {
  for (const callback of callbacks.get(transaction) ?? []) callback();
  callbacks.delete(transaction);
}
