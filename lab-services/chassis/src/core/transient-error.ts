/**
 * SQLSTATE classes (PostgreSQL, appendix A) that say nothing about the statement: connection,
 * rollback, resources, object state, operator's intervention, system error.
 */
const NO_FAULT_OF_THE_DATA = /^(08|40|53|55|57|58)[0-9A-Z]{3}$/;
/** `ECONNREFUSED`, `ETIMEDOUT`: codes of the operating system. */
const SYSTEM_CODE = /^E[A-Z]+$/;
/** The driver reports lost connections and waits that were too long without a code. */
const DRIVER_WORDS = /connection|terminated|timed? ?out/i;

/**
 * Whether an error is no fault of what was asked but of a dependency that is away. An event that
 * ends so is tried until it is handled, everything else becomes a dead letter after a few attempts;
 * a request that ends so is answered with 503.
 */
export function isTransientError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return NO_FAULT_OF_THE_DATA.test(code) || SYSTEM_CODE.test(code);
  return DRIVER_WORDS.test(error.message);
}
