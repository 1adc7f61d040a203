import { readPayload, type DomainEvent } from '@faultline/chassis';
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
  const { orderId, customerId, totalCents, currency, failure } = readPayload(event, payloadSchema);
  const amount = `${(totalCents / 100).toFixed(2)} ${currency}`;
  const message =
    outcome === 'confirmed'
      ? `Your order ${orderId} over ${amount} is on its way.`
      : `Your order ${orderId} could not be fulfilled (${failure?.code ?? 'unknown reason'}). ` +
        'You were not charged, or you have your money back.';
  return { notificationId, eventId: event.id, orderId, customerId, outcome, message };
}
