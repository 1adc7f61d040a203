import {
  isTransientError,
  type Chassis,
  type ConsumerDefinition,
  type Inbox,
} from '@faultline/chassis';
import { readOrderPayload } from './history-event.ts';
import { appendToLog } from './history-log.ts';

export interface OrderEventsConsumerOptions {
  chassis: Pick<Chassis, 'database' | 'telemetry'>;
  inbox: Inbox;
  /** Told after every entry that was committed. */
  appended: () => void;
}

/** Writes down what happens to orders. The entry and the mark of its event are one transaction. */
export function createOrderEventsConsumer(options: OrderEventsConsumerOptions): ConsumerDefinition {
  const { chassis, inbox, appended } = options;
  return {
    topic: 'orders.events',
    group: 'order-history',
    isTransient: isTransientError,
    async handle(event) {
      const payload = readOrderPayload(event);
      if (!payload) return;
      const traceparent = chassis.telemetry.traceparent();
      await chassis.database.transaction((transaction) =>
        inbox.once(transaction, event, () => appendToLog(transaction, event, payload, traceparent)),
      );
      appended();
    },
  };
}
