import type { Database, DomainEvent, Transaction } from '@faultline/chassis';
import type { Notification } from './notification.ts';

/** Where sent notifications are kept. */
export interface NotificationRepository {
  /** Writes a notification; an event that was given up before (and redriven) no longer is. */
  insert(transaction: Transaction, notification: Notification): Promise<void>;
  /** Remembers an event that nobody can read. */
  giveUp(event: DomainEvent, reason: string): Promise<void>;
  /** Newest first. */
  list(filter: {
    orderId?: string | undefined;
    customerId?: string | undefined;
    limit: number;
  }): Promise<(Notification & { sentAt: number })[]>;
}

/** Creates the repository over PostgreSQL. */
export function createNotificationRepository(database: Database): NotificationRepository {
  return {
    async insert(transaction, notification) {
      await Promise.all([
        transaction.query(
          'insert notification',
          `INSERT INTO notifications
           (notification_id, event_id, order_id, customer_id, outcome, message)
         VALUES ($1, $2, $3, $4, $5, $6)`,
          [
            notification.notificationId,
            notification.eventId,
            notification.orderId,
            notification.customerId,
            notification.outcome,
            notification.message,
          ],
        ),
        transaction.query(
          'delete unreadable event',
          'DELETE FROM unreadable_events WHERE event_id = $1',
          [notification.eventId],
        ),
      ]);
    },
    async giveUp({ id, type }, reason) {
      await database.query(
        'insert unreadable event',
        `INSERT INTO unreadable_events (event_id, event_type, reason) VALUES ($1, $2, $3)
         ON CONFLICT (event_id) DO NOTHING`,
        [id, type, reason],
      );
    },
    list: ({ orderId, customerId, limit }) =>
      database.query(
        'select notifications',
        `SELECT notification_id AS "notificationId", event_id AS "eventId",
           order_id AS "orderId", customer_id AS "customerId", outcome, message,
           floor(extract(epoch FROM sent_at) * 1000)::float8 AS "sentAt"
         FROM notifications
         WHERE ($1::text IS NULL OR order_id = $1) AND ($2::text IS NULL OR customer_id = $2)
         ORDER BY sent_at DESC LIMIT $3`,
        [orderId ?? null, customerId ?? null, limit],
      ),
  };
}
