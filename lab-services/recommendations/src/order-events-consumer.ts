import {
  isTransientError,
  type Chassis,
  type ConsumerDefinition,
  type Inbox,
} from '@faultline/chassis';
import type { Events } from './events.ts';
import type { LearningRepository } from './learning-repository.ts';
import { readPurchase } from './purchase.ts';

export interface OrderEventsConsumerOptions {
  chassis: Pick<Chassis, 'database'>;
  inbox: Inbox;
  learning: LearningRepository;
  events: Events;
}

/** Learns from each confirmed order once. */
export function createOrderEventsConsumer(options: OrderEventsConsumerOptions): ConsumerDefinition {
  const { chassis, inbox, learning, events } = options;
  return {
    topic: 'orders.events',
    group: 'recommendations',
    types: ['order.confirmed'],
    isTransient: isTransientError,
    async handle(event) {
      const purchase = readPurchase(event);
      if (!purchase) return;
      const first = await chassis.database.transaction((transaction) =>
        inbox.once(transaction, event, () => learning.learn(transaction, purchase)),
      );
      if (first) events.orderLearned(event, purchase);
    },
  };
}
