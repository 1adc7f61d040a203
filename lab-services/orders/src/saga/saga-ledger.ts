import type { Queryable } from '@faultline/chassis';
import { epochMs, traceIdOf } from '../sql.ts';
import { STEP_DEFINITIONS } from './fulfilment.ts';
import { findMessages, type HeardMessage } from './saga-messages.ts';
import type { SagaJournalEntry } from './saga-record.ts';
import {
  SAGA_STEPS,
  currentCompensation,
  isEnded,
  stepsBefore,
  type Saga,
  type SagaStep,
  type SagaStyle,
} from './saga.ts';

/** A saga, for people. */
export interface SagaView {
  sagaId: string;
  orderId: string;
  style: SagaStyle;
  state: Saga['state'];
  step: string;
  /** Steps that took effect and still have it. */
  done: SagaStep[];
  /** Steps still to take, or to undo, in that order. */
  remaining: SagaStep[];
  /** The service whose answer is awaited; null when the saga ended. */
  waitingFor: string | null;
  reason: string | null;
  /** Failed attempts to undo the current step. */
  failures: number;
  owner: string;
  /** Milliseconds since the Unix epoch. */
  startedAt: number;
  updatedAt: number;
  /** Since when it waits: of the last move, or of the first try to undo the current step. */
  waitingSince: number | null;
  endedAt: number | null;
  correlationId: string;
  traceId: string | null;
}

/** An event that left, or is to leave, for the saga's order. */
export interface SentEvent {
  eventId: string;
  type: string;
  topic: string;
  state: 'pending' | 'published';
  /** When it was written, milliseconds since the Unix epoch. */
  at: number;
}

/** A saga with all that hangs together with it. */
export interface SagaStory extends SagaView {
  journal: SagaJournalEntry[];
  /** What participants told, by the ids of their events. */
  messages: HeardMessage[];
  /** Rows of the outbox, for as long as they are kept. */
  outbox: SentEvent[];
}

/** Which sagas to list. */
export interface SagaFilter {
  state?: Saga['state'] | undefined;
  style?: SagaStyle | undefined;
  orderId?: string | undefined;
  limit: number;
}

/** Reads the book of sagas. */
export interface SagaLedger {
  /** Newest first. */
  list(filter: SagaFilter): Promise<SagaView[]>;
  /** Sagas that have not ended, oldest first. */
  unfinished(limit: number): Promise<SagaView[]>;
  find(sagaId: string): Promise<SagaStory | undefined>;
}

interface Row extends Pick<
  SagaView,
  | 'sagaId'
  | 'orderId'
  | 'style'
  | 'step'
  | 'owner'
  | 'startedAt'
  | 'updatedAt'
  | 'endedAt'
  | 'correlationId'
  | 'traceId'
> {
  machine: Saga;
}

const COLUMNS = `saga_id AS "sagaId", order_id AS "orderId", style, step, machine, lease_owner AS owner,
  correlation_id AS "correlationId",
  ${epochMs('started_at')} AS "startedAt", ${epochMs('updated_at')} AS "updatedAt",
  ${epochMs('ended_at')} AS "endedAt", ${traceIdOf('traceparent')} AS "traceId"`;

/** Creates the ledger over PostgreSQL. */
export function createSagaLedger(database: Queryable): SagaLedger {
  return {
    async list({ state, style, orderId, limit }) {
      const rows = await database.query<Row>(
        'select sagas',
        `SELECT ${COLUMNS} FROM sagas
         WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR style = $2)
           AND ($3::text IS NULL OR order_id = $3)
         ORDER BY started_at DESC, saga_id LIMIT $4`,
        [state ?? null, style ?? null, orderId ?? null, limit],
      );
      return rows.map(toView);
    },
    async unfinished(limit) {
      const rows = await database.query<Row>(
        'select unfinished sagas',
        `SELECT ${COLUMNS} FROM sagas WHERE ended_at IS NULL
         ORDER BY started_at, saga_id LIMIT $1`,
        [limit],
      );
      return rows.map(toView);
    },
    async find(sagaId) {
      const [row] = await database.query<Row>(
        'select saga',
        `SELECT ${COLUMNS} FROM sagas WHERE saga_id = $1`,
        [sagaId],
      );
      if (!row) return undefined;
      const journal = await database.query<SagaJournalEntry>(
        'select saga journal',
        `SELECT ${epochMs('at')} AS at, owner, move, step, state, detail
         FROM saga_journal WHERE saga_id = $1 ORDER BY version`,
        [sagaId],
      );
      const [messages, outbox] = await Promise.all([
        findMessages(database, sagaId),
        findSent(database, row.orderId),
      ]);
      return {
        ...toView(row),
        journal,
        messages: messages.map(({ failure: _, ...message }) => message),
        outbox,
      };
    },
  };
}

function findSent(database: Queryable, orderId: string): Promise<SentEvent[]> {
  return database.query<SentEvent>(
    'select events of order',
    `SELECT id AS "eventId", event_type AS type, topic, ${epochMs('created_at')} AS at,
       CASE WHEN published_at IS NULL THEN 'pending' ELSE 'published' END AS state
     FROM outbox WHERE aggregate_id = $1 ORDER BY sequence`,
    [orderId],
  );
}

function toView({ machine, ...row }: Row): SagaView {
  const waitingSince = 'since' in machine ? machine.since : row.updatedAt;
  return {
    ...row,
    state: machine.state,
    waitingSince: isEnded(machine) ? null : waitingSince,
    ...progressOf(machine),
  };
}

/** What is done, what is left, and who is waited for. */
export function progressOf(
  saga: Saga,
): Pick<SagaView, 'done' | 'remaining' | 'waitingFor' | 'reason' | 'failures'> {
  switch (saga.state) {
    case 'running':
      return {
        done: stepsBefore(saga.step),
        remaining: SAGA_STEPS.slice(SAGA_STEPS.indexOf(saga.step)),
        waitingFor: STEP_DEFINITIONS[saga.step].callee,
        reason: null,
        failures: 0,
      };
    case 'compensating':
    case 'stuck':
      return {
        done: [...saga.remaining].reverse(),
        remaining: [...saga.remaining],
        waitingFor: STEP_DEFINITIONS[currentCompensation(saga)].callee,
        reason: `${saga.failure.code}: ${saga.failure.detail}`,
        failures: saga.failures,
      };
    case 'completed':
      return {
        done: [...SAGA_STEPS],
        remaining: [],
        waitingFor: null,
        reason: null,
        failures: 0,
      };
    case 'compensated':
      return {
        done: [],
        remaining: [],
        waitingFor: null,
        reason: `${saga.failure.code}: ${saga.failure.detail}`,
        failures: 0,
      };
  }
}
