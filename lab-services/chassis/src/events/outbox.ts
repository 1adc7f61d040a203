import { currentContext } from '../context/request-context.ts';
import { afterCommit } from '../database/transaction-hooks.ts';
import { createAlarm } from '../runtime/alarm.ts';
import type { DomainEvent, Transaction, Worker } from '../service.ts';
import { deadlineAtOf } from './message.ts';
import { relay, type OutboxChassis } from './outbox-relay.ts';

/**
 * Transactional outbox: an event is a row of the change's own transaction, so it is neither lost
 * nor sent for a change that never was. The relay sends what is committed, at least once.
 *
 * Order per key: rows are relayed in the order of their numbers, by one relay of all instances at a
 * time (an advisory lock per topic). An aggregate's numbers are in the order of its commits if its
 * writers lock the aggregate's row first, as they do to change it.
 */
export interface Outbox extends Worker {
  /** Writes `events` in the caller's transaction, with the trace context of the moment. */
  append(transaction: Transaction, events: readonly DomainEvent[]): Promise<void>;
}

export interface OutboxOptions {
  chassis: OutboxChassis;
  topic: string;
}

/** Creates an {@link Outbox}; hand it to the chassis among the service's workers. */
export function createOutbox({ chassis, topic }: OutboxOptions): Outbox {
  const end = new AbortController();
  const alarm = createAlarm(chassis.clock, end.signal);
  let running: Promise<void> | undefined;
  return {
    name: `outbox of ${topic}`,
    start() {
      running ??= relay(chassis, topic, alarm, end.signal);
    },
    async append(transaction, events) {
      if (chassis.policy('outbox').enabled) {
        await Promise.all(events.map((event) => insert(chassis, transaction, topic, event)));
        afterCommit(transaction, alarm.ring);
      } else {
        sendAfterCommit(chassis, transaction, topic, events);
      }
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('outbox closed'));
      await running;
    },
  };
}

/** What the pattern is there for: between the commit and the broker nothing holds these events. */
function sendAfterCommit(
  { producer, log, telemetry, clock }: OutboxChassis,
  transaction: Transaction,
  topic: string,
  events: readonly DomainEvent[],
): void {
  const traceparent = telemetry.traceparent();
  const deadlineAt = deadlineAtOf(currentContext(), clock.now());
  const outgoing = events.map((event) => ({
    ...event,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
  }));
  afterCommit(transaction, () => {
    producer.send(topic, outgoing).catch((error: unknown) => {
      const ids = events.map(({ id }) => id).join(' ');
      log.error({ err: error, topic, 'event.id': ids }, 'event lost: it was in no outbox');
    });
  });
}

async function insert(
  chassis: OutboxChassis,
  transaction: Transaction,
  topic: string,
  event: DomainEvent,
): Promise<void> {
  await transaction.query(
    'insert outbox',
    `INSERT INTO outbox (id, topic, aggregate_id, event_type, version, occurred_at,
                         correlation_id, traceparent, payload, deadline_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      event.id,
      topic,
      event.key,
      event.type,
      event.version,
      event.occurredAt,
      event.correlationId,
      chassis.telemetry.traceparent(),
      JSON.stringify(event.payload),
      deadlineAtOf(currentContext(), chassis.clock.now()),
    ],
  );
}
