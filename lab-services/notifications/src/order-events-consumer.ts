import {
  UnreadableEventError,
  type Chassis,
  type ConsumerDefinition,
  type Inbox,
} from '@faultline/chassis';
import type { Events } from './events.ts';
import type { NotificationRepository } from './notification-repository.ts';
import { composeNotification } from './notification.ts';

export interface OrderEventsConsumerOptions {
  chassis: Pick<Chassis, 'database' | 'ids'>;
  inbox: Inbox;
  notifications: NotificationRepository;
  events: Events;
}

/**
 * Tells customers what became of their orders. The notification and the mark that its event was
 * processed are one transaction, so a duplicate, or a crash in between, tells nobody twice. An
 * event that cannot be read becomes a dead letter; one that only the database's absence keeps from
 * being told is tried until the database is back.
 */
export function createOrderEventsConsumer(options: OrderEventsConsumerOptions): ConsumerDefinition {
  const { chassis, inbox, notifications, events } = options;
  return {
    topic: 'orders.events',
    group: 'notifications',
    types: ['order.confirmed', 'order.failed'],
    isTransient: (error) => !(error instanceof UnreadableEventError),
    async handle(event, { last }) {
      try {
        const notification = composeNotification(event, chassis.ids.next());
        if (!notification) return;
        const first = await chassis.database.transaction((transaction) =>
          inbox.once(transaction, event, () => notifications.insert(transaction, notification)),
        );
        if (first) events.notificationSent(notification);
      } catch (error) {
        if (error instanceof UnreadableEventError && last) {
          await notifications.giveUp(event, error.message);
          events.eventGivenUp(event, error.message);
        }
        throw error;
      }
    },
  };
}
