import type { ZodType } from 'zod';
import type { DomainEvent } from '../service.ts';

/** An event that cannot be read: trying again does not help. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
  /** No code of a dependency: whatever the message says, it is the event that is wrong. */
  readonly code = 'UNREADABLE_EVENT';
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
