import { service as notifications } from '@faultline/notifications';
import { MatchersV3 } from '@pact-foundation/pact';
import { expect } from 'vitest';
import { holdToEventContract, type EventExpectation } from './event-contract.ts';
import { publishOrderEvents } from './order-events.ts';
import { startParticipant } from './provider.ts';
import { until } from '../../lab/wait.ts';

const { integer, like } = MatchersV3;

function told(type: 'order.confirmed' | 'order.failed', outcome: string): EventExpectation {
  return {
    type,
    content: {
      id: like(`event-${outcome}`),
      type,
      version: integer(1),
      occurredAt: integer(1_700_000_000_000),
      key: like('order-1'),
      correlationId: like('correlation-1'),
      payload: {
        orderId: like('order-1'),
        customerId: like('customer-001'),
        totalCents: integer(12_900),
        currency: like('EUR'),
        ...(type === 'order.failed'
          ? {
              failure: { step: like('charge'), code: like('payment-declined'), detail: like('no') },
            }
          : {}),
      },
    },
    async exercise(value) {
      await using consumer = await startParticipant(notifications);
      await consumer.publish('orders.events', value);
      const sent = await until('a notification', async () => {
        const answer = await consumer.send('GET', '/notifications?orderId=order-1');
        const list = (answer as { notifications: { outcome: string }[] }).notifications;
        return list.length > 0 && list;
      });
      expect(sent).toMatchObject([{ outcome }]);
    },
  };
}

holdToEventContract({
  consumer: 'notifications',
  provider: 'orders',
  expectations: [told('order.confirmed', 'confirmed'), told('order.failed', 'failed')],
  publish: publishOrderEvents,
});
