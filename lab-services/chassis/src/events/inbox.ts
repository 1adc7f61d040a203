import { ATTRIBUTE, EVENT } from '../core/index.ts';
import type { Chassis, DomainEvent, Transaction } from '../service.ts';

/** Makes a consumer idempotent: what it did and that it did it are one transaction. */
export interface Inbox {
  /**
   * Runs `work` unless the event was processed before by this consumer; with the pattern `inbox`
   * switched off, runs it in any case.
   *
   * @returns whether `work` ran; false for a duplicate
   */
  once(
    transaction: Transaction,
    event: DomainEvent,
    work: () => Promise<unknown>,
  ): Promise<boolean>;
}

/** @param options.consumer name under which processed events are remembered */
export function createInbox(options: {
  chassis: Pick<Chassis, 'telemetry' | 'policy'>;
  consumer: string;
}): Inbox {
  const { chassis, consumer } = options;
  return {
    async once(transaction, event, work) {
      const inserted = await transaction.query(
        'insert inbox',
        `INSERT INTO inbox (consumer, event_id) VALUES ($1, $2)
         ON CONFLICT DO NOTHING RETURNING event_id`,
        [consumer, event.id],
      );
      // Switched off, duplicates take effect; what was processed is remembered all the same.
      if (inserted.length === 0 && chassis.policy('inbox').enabled) {
        chassis.telemetry.event(
          EVENT.inboxDuplicateIgnored,
          {
            'messaging.destination.name': consumer,
            'event.id': event.id,
            'event.type': event.type,
            [ATTRIBUTE.correlationId]: event.correlationId,
          },
          `duplicate of ${event.type} ignored`,
        );
        return false;
      }
      await work();
      return true;
    },
  };
}
