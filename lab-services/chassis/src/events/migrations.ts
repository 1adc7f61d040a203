import type { Migration } from '../database/migrations.ts';

/**
 * Table `outbox`: events written in the transaction of the change they tell of, and relayed to the
 * broker afterwards. The partial index holds only what still waits, however long the table is.
 */
export const OUTBOX_MIGRATION: Migration = {
  name: '000-chassis-outbox',
  sql: `
    CREATE TABLE outbox (
      sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text NOT NULL UNIQUE,
      topic text NOT NULL,
      aggregate_id text NOT NULL,
      event_type text NOT NULL,
      version int NOT NULL,
      occurred_at bigint NOT NULL,
      correlation_id text NOT NULL,
      traceparent text,
      payload jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      published_at timestamptz
    );
    CREATE INDEX outbox_unpublished ON outbox (topic, sequence) WHERE published_at IS NULL;
    CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;`,
};

/** Table `inbox`: the events whose effect is in this database. */
export const INBOX_MIGRATION: Migration = {
  name: '000-chassis-inbox',
  sql: `
    CREATE TABLE inbox (
      consumer text NOT NULL,
      event_id text NOT NULL,
      processed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (consumer, event_id)
    );`,
};

/** When the budget of the request that caused an event ends, milliseconds since the Unix epoch. */
export const OUTBOX_DEADLINE_MIGRATION: Migration = {
  name: '000-chassis-outbox-deadline',
  sql: 'ALTER TABLE outbox ADD COLUMN deadline_at bigint',
};
