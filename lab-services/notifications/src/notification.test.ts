import type { DomainEvent } from '@faultline/chassis';
import { describe, expect, it } from 'vitest';
import { composeNotification } from './notification.ts';

const event: DomainEvent = {
  id: 'event-1',
  type: 'order.confirmed',
  version: 1,
  occurredAt: 0,
  key: 'order-1',
  correlationId: 'c',
  payload: { orderId: 'order-1', customerId: 'ada', totalCents: 4_905, currency: 'EUR', extra: 1 },
};

describe('a notification', () => {
  it('tells of a confirmed order with its amount', () => {
    expect(composeNotification(event, 'n-1')).toEqual({
      notificationId: 'n-1',
      eventId: 'event-1',
      orderId: 'order-1',
      customerId: 'ada',
      outcome: 'confirmed',
      message: 'Your order order-1 over 49.05 EUR is on its way.',
    });
  });

  it('tells why an order failed', () => {
    const payload = { ...(event.payload as object), failure: { code: 'payment-declined' } };
    expect(composeNotification({ ...event, type: 'order.failed', payload }, 'n-1')).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('(payment-declined)') as string,
    });
  });

  it('is not sent for events that customers are not told of', () => {
    expect(composeNotification({ ...event, type: 'order.created' }, 'n-1')).toBeUndefined();
    expect(
      composeNotification({ ...event, type: 'order.archived', payload: 0 }, 'x'),
    ).toBeUndefined();
  });

  it('cannot be composed from an event without an order', () => {
    expect(() => composeNotification({ ...event, payload: { totalCents: 1 } }, 'n-1')).toThrow(
      'order.confirmed event-1 cannot be read. orderId: Invalid input',
    );
  });
});
