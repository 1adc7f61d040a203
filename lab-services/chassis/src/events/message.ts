import { z } from 'zod';
import type { DomainEvent } from '../service.ts';

/** The shape of a message's value. Unknown fields are ignored: readers are tolerant. */
const domainEventSchema = z.object({
  id: z.string().min(1).max(200),
  type: z.string().min(1).max(200),
  version: z.int().min(1),
  occurredAt: z.number(),
  key: z.string().max(200),
  correlationId: z.string().max(200),
  payload: z.unknown(),
});

/** Headers of messages; those of a dead letter tell where it came from and why. */
export const MESSAGE_HEADER = {
  traceparent: 'traceparent',
  correlationId: 'x-correlation-id',
  eventType: 'event-type',
  reason: 'dlq-reason',
  attempts: 'dlq-attempts',
  topic: 'dlq-original-topic',
  partition: 'dlq-original-partition',
  offset: 'dlq-original-offset',
  group: 'dlq-group',
} as const;

/** The JSON of a message's value. */
export function encodeEvent(event: DomainEvent): string {
  const { id, type, version, occurredAt, key, correlationId, payload } = event;
  return JSON.stringify({ id, type, version, occurredAt, key, correlationId, payload });
}

/** The event in a message's value, or what is wrong with it. */
export function tryDecodeEvent(
  value: Buffer | null,
): { kind: 'event'; event: DomainEvent } | { kind: 'malformed'; detail: string } {
  let json: unknown;
  try {
    json = JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    return { kind: 'malformed', detail: 'the value is no JSON' };
  }
  const parsed = domainEventSchema.safeParse(json);
  if (parsed.success) return { kind: 'event', event: parsed.data };
  const issue = parsed.error.issues[0];
  return { kind: 'malformed', detail: `${issue?.path.join('.') || 'value'}: ${issue?.message}` };
}
