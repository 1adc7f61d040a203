import type { ZodType } from 'zod';
import type { DomainEvent } from '../service.ts';

/** An event that cannot be read: trying again does not help. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/**
 * The payload of `event` as far as `schema` knows it: fields it does not name are ignored.
 *
 * @throws UnreadableEventError naming each field and its rule
 */
export function readPayload<Payload>(event: DomainEvent, schema: ZodType<Payload>): Payload {
  const parsed = schema.safeParse(event.payload);
  if (parsed.success) return parsed.data;
  const broken = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'payload'}: ${message}`,
  );
  throw new UnreadableEventError(`${event.type} ${event.id} cannot be read. ${broken.join('; ')}`);
}

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
 * Whether an error is no fault of the event but of a dependency that is away: such an event is
 * tried until it is handled, everything else becomes a dead letter after a few attempts.
 */
export function isTransientError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof UnreadableEventError) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return NO_FAULT_OF_THE_DATA.test(code) || SYSTEM_CODE.test(code);
  return DRIVER_WORDS.test(error.message);
}
