import { z } from 'zod';

/**
 * The value of a message on a topic, as JSON: one event of a service. Unknown fields are ignored:
 * readers are tolerant.
 */
export const eventMessageSchema = z.object({
  id: z.string().min(1).max(200),
  type: z.string().min(1).max(200),
  version: z.int().min(1),
  /** Milliseconds since the epoch. */
  occurredAt: z.number(),
  key: z.string().max(200),
  correlationId: z.string().max(200),
  payload: z.unknown(),
});
/** See {@link eventMessageSchema}. */
export type EventMessage = z.infer<typeof eventMessageSchema>;

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
  /** When the budget of the request that caused the event ends, milliseconds since the epoch. */
  deadlineAt: 'x-deadline-at',
  /** On a message that was sent again by hand: `orders.events.dlq/0/12`. */
  redrivenFrom: 'redriven-from',
} as const;

/** The dead letters of a topic are on a topic of its name and this. */
export const DEAD_LETTER_SUFFIX = '.dlq';

/** The event in a message's value, or what is wrong with it. */
export function tryDecodeEvent(
  value: Uint8Array | null,
): { kind: 'event'; event: EventMessage } | { kind: 'malformed'; detail: string } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(value ?? undefined));
  } catch {
    return { kind: 'malformed', detail: 'the value is no JSON' };
  }
  const parsed = eventMessageSchema.safeParse(json);
  if (parsed.success) return { kind: 'event', event: parsed.data };
  const issue = parsed.error.issues[0];
  return { kind: 'malformed', detail: `${issue?.path.join('.') || 'value'}: ${issue?.message}` };
}
