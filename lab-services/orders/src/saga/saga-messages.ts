import type { DomainEvent, Queryable, Transaction } from '@faultline/chassis';
import { epochMs } from '../sql.ts';
import type { Message } from './choreography.ts';

/** A message of a participant, as the book has it. */
export interface HeardMessage {
  eventId: string;
  type: string;
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
  receivedAt: number;
}

/** Writes down what was heard. @returns false if it was heard before */
export async function recordMessage(
  transaction: Transaction,
  sagaId: string,
  { id, occurredAt }: DomainEvent,
  { type, failure }: Message,
): Promise<boolean> {
  const inserted = await transaction.query(
    'insert saga message',
    `INSERT INTO saga_messages (saga_id, event_id, type, failure, occurred_at)
     VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000))
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [sagaId, id, type, failure ? JSON.stringify(failure) : null, occurredAt],
  );
  return inserted.length > 0;
}

/** Everything the saga was told, in the order in which it came. */
export function findMessages(
  queryable: Queryable,
  sagaId: string,
): Promise<(HeardMessage & Message)[]> {
  return queryable.query<HeardMessage & Message>(
    'select saga messages',
    `SELECT event_id AS "eventId", type, failure, ${epochMs('occurred_at')} AS "occurredAt",
       ${epochMs('received_at')} AS "receivedAt"
     FROM saga_messages WHERE saga_id = $1 ORDER BY received_at, event_id`,
    [sagaId],
  );
}
