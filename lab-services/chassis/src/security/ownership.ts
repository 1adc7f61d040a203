import { problem } from '../http/problem-error.ts';
import type { RequestContext } from '../service.ts';

/**
 * Whether whoever asks may see what belongs to `customerId`: the customer, people who work for the
 * shop, and services on nobody's behalf (their token was checked, and they hand the user on).
 */
export function maySee(context: RequestContext | undefined, customerId: string): boolean {
  const user = context?.user;
  if (!user || user.id === customerId) return true;
  return user.roles.some((role) => role !== 'customer');
}

/**
 * Lets only a customer act in the customer's name.
 *
 * @throws ProblemError 403 `not-your-account`
 */
export function demandOwner(context: RequestContext | undefined, customerId: string): void {
  const user = context?.user;
  if (user && user.id !== customerId) throw notYours(customerId);
}

/**
 * Lets only those in who may see what belongs to `customerId`.
 *
 * @throws ProblemError 403 `not-your-account`; it tells nothing of whether there is such a customer
 */
export function demandSight(context: RequestContext | undefined, customerId: string): void {
  if (!maySee(context, customerId)) throw notYours(customerId);
}

function notYours(customerId: string): Error {
  return problem(403, 'not-your-account', `You are not ${customerId}.`);
}
