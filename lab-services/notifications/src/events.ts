import type { Chassis, DomainEvent } from '@faultline/chassis';
import { Counter } from 'prom-client';
import type { Notification } from './notification.ts';

/** What happens in this service, each told once. */
export interface Events {
  notificationSent(notification: Notification): void;
  eventGivenUp(event: DomainEvent, reason: string): void;
}

/** Creates the events of the service: a metric with few labels, a log line with the detail. */
export function createEvents({ log, telemetry }: Pick<Chassis, 'log' | 'telemetry'>): Events {
  const sent = new Counter({
    name: 'notifications_sent_total',
    help: 'Customers told, by what they were told',
    labelNames: ['outcome'],
    registers: [telemetry.metrics],
  });
  const givenUp = new Counter({
    name: 'notifications_unreadable_events_total',
    help: 'Events that could not be read and became dead letters',
    registers: [telemetry.metrics],
  });
  return {
    notificationSent({ orderId, outcome, notificationId }) {
      sent.inc({ outcome });
      log.info({ orderId, outcome, notificationId }, 'notification sent');
    },
    eventGivenUp({ id, type }, reason) {
      givenUp.inc();
      log.error({ eventId: id, eventType: type, reason }, 'event given up');
    },
  };
}
