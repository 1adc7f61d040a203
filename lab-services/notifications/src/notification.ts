import type { DomainEvent } from '@faultline/chassis';
import { z } from 'zod';

/** What a customer was told. */
export interface Notification {
  notificationId: string;
  eventId: string;
  orderId: string;
  customerId: string;
  outcome: 'confirmed' | 'failed';
  message: string;
}

/** An event that should be told and cannot be read: trying again does not help. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/** What this service needs to know of an order; all else in the event is ignored. */
const payloadSchema = z.object({
  orderId: z.string().min(1).max(64),
  customerId: z.string().min(1).max(64),
  totalCents: z.int().min(0),
  currency: z.string().length(3),
  failure: z.object({ code: z.string() }).optional(),
});

const OUTCOMES: Readonly<Record<string, Notification['outcome']>> = {
  'order.confirmed': 'confirmed',
  'order.failed': 'failed',
};

/**
 * The notification an event calls for; undefined if customers are not told of such events.
 *
 * @throws UnreadableEventError
 */
export function composeNotification(
  event: DomainEvent,
  notificationId: string,
): Notification | undefined {
  const outcome = OUTCOMES[event.type];
  if (!outcome) return undefined;
  const payload = payloadSchema.safeParse(event.payload);
  if (!payload.success) throw unreadable(event, payload.error);
  const { orderId, customerId, totalCents, currency, failure } = payload.data;
  const amount = `${(totalCents / 100).toFixed(2)} ${currency}`;
  const message =
    outcome === 'confirmed'
      ? `Your order ${orderId} over ${amount} is on its way.`
      : `Your order ${orderId} could not be fulfilled (${failure?.code ?? 'unknown reason'}). ` +
        'You were not charged, or you have your money back.';
  return { notificationId, eventId: event.id, orderId, customerId, outcome, message };
}

function unreadable({ id, type }: DomainEvent, { issues }: z.ZodError): UnreadableEventError {
  const broken = issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`);
  return new UnreadableEventError(`${type} ${id} cannot be read. ${broken.join('; ')}`);
}
