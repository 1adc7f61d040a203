import type { Queryable } from '@faultline/chassis';
import { epochMs, traceIdOf } from '../sql.ts';
import { STEP_DEFINITIONS } from './fulfilment.ts';
import type { SagaJournalEntry } from './saga-record.ts';
import { SAGA_STEPS, currentCompensation, stepsBefore, type Saga, type SagaStep } from './saga.ts';

/** A saga, for people. */
export interface SagaView {
  sagaId: string;
  orderId: string;
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
  endedAt: number | null;
  traceId: string | null;
}

/** Reads the book of sagas. */
export interface SagaLedger {
  /** Newest first. */
  list(filter: { state?: Saga['state'] | undefined; limit: number }): Promise<SagaView[]>;
  /** Sagas that have not ended, oldest first. */
  unfinished(limit: number): Promise<SagaView[]>;
  find(sagaId: string): Promise<(SagaView & { journal: SagaJournalEntry[] }) | undefined>;
}

interface Row extends Pick<
  SagaView,
  'sagaId' | 'orderId' | 'step' | 'owner' | 'startedAt' | 'updatedAt' | 'endedAt' | 'traceId'
> {
  machine: Saga;
}

const COLUMNS = `saga_id AS "sagaId", order_id AS "orderId", step, machine, lease_owner AS owner,
  ${epochMs('started_at')} AS "startedAt", ${epochMs('updated_at')} AS "updatedAt",
  ${epochMs('ended_at')} AS "endedAt", ${traceIdOf('traceparent')} AS "traceId"`;

/** Creates the ledger over PostgreSQL. */
export function createSagaLedger(database: Queryable): SagaLedger {
  return {
    async list({ state, limit }) {
      const rows = await database.query<Row>(
        'select sagas',
        `SELECT ${COLUMNS} FROM sagas WHERE $1::text IS NULL OR state = $1
         ORDER BY started_at DESC, saga_id LIMIT $2`,
        [state ?? null, limit],
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
      return { ...toView(row), journal };
    },
  };
}

function toView({ machine, ...row }: Row): SagaView {
  return { ...row, state: machine.state, ...progressOf(machine) };
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
