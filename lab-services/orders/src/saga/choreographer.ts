import { isTransientError, type Chassis, type ConsumerDefinition } from '@faultline/chassis';
import type { DomainEvent, Transaction } from '@faultline/chassis';
import type { Events } from '../events.ts';
import {
  advance,
  overdueMove,
  PARTICIPANT_TOPICS,
  readMessage,
  type Message,
} from './choreography.ts';
import { STEP_DEFINITIONS } from './fulfilment.ts';
import type { OutcomeNotices } from './outcome-notices.ts';
import type { OutcomeWatch } from './outcome-watch.ts';
import { findMessages, recordMessage } from './saga-messages.ts';
import type { ClaimedSaga, SagaRecord } from './saga-record.ts';
import type { SagaRepository } from './saga-repository.ts';
import { isEnded, stepOf, transition, type SagaMove, type StuckLimits } from './saga.ts';

/** How long a choreographed saga may stand still, milliseconds. */
export interface Patience {
  /** Before a step that nobody tells of is given up. */
  stepMs: number;
  /** Before participants are asked once more to undo. */
  undoMs: number;
  stuck: StuckLimits;
}

/** Default patience of the service. */
export const PATIENCE: Patience = {
  // Longer than a group of consumers takes to notice a dead member (10 s) and to go on without it.
  stepMs: 15_000,
  undoMs: 5_000,
  stuck: { failures: 12, durationMs: 30_000 },
};

/** Moves choreographed sagas by what their participants tell, and by what they do not tell. */
export interface Choreographer {
  /** Hears one event of a participant. Duplicates, and events that come too early, do no harm. */
  hear(event: DomainEvent): Promise<void>;
  /** Takes on a saga that stood still: gives it up, or asks once more for it to be undone. */
  overdue(claimed: ClaimedSaga): Promise<void>;
}

/** What the choreographer needs. */
export interface ChoreographerOptions {
  chassis: Pick<Chassis, 'clock' | 'database' | 'ids' | 'withContext'>;
  repository: SagaRepository;
  outbox: { append(transaction: Transaction, events: DomainEvent[]): Promise<unknown> };
  events: Events;
  outcomes: OutcomeWatch;
  notices: Pick<OutcomeNotices, 'send'>;
  patience: Patience;
}

/** A move that was written down. */
interface Moved {
  before: SagaRecord;
  move: SagaMove;
  after: SagaRecord;
}

/** Creates the choreographer. */
export function createChoreographer(options: ChoreographerOptions): Choreographer {
  const { chassis, events, outcomes } = options;

  function report(moves: readonly Moved[]): void {
    for (const { before, move, after } of moves) events.sagaMoved(before, move, after);
    const last = moves.at(-1);
    if (last) outcomes.tell(last.after);
  }

  return {
    async hear(event) {
      const told = readMessage(event);
      if (!told) return;
      report(
        await chassis.database.transaction(async (transaction) => {
          const record = await options.repository.lock(transaction, told.orderId);
          if (record?.style !== 'choreographed') return [];
          const [isNew, heard] = await Promise.all([
            recordMessage(transaction, record.sagaId, event, told.message),
            findMessages(transaction, record.sagaId),
          ]);
          return isNew && !isEnded(record.saga) ? follow(options, transaction, record, heard) : [];
        }),
      );
    },
    async overdue({ abandoned: _, priorOwner: __, ...record }) {
      const { correlationId, traceparent } = record;
      const trace = traceparent === null ? {} : { traceparent };
      await chassis
        .withContext({ correlationId, ...trace, operation: 'saga overdue' }, async () =>
          report(
            await chassis.database.transaction((transaction) =>
              insist(options, transaction, record),
            ),
          ),
        )
        .catch((error: unknown) => events.sagaDropped(record, error));
    },
  };
}

/** The consumer by which orders learns what the participants did. */
export function createParticipantsConsumer(choreographer: Choreographer): ConsumerDefinition {
  return {
    topic: PARTICIPANT_TOPICS,
    group: 'orders',
    isTransient: isTransientError,
    handle: (event) => choreographer.hear(event),
  };
}

/** Makes every move that the messages so far allow. The saga is locked by the transaction. */
async function follow(
  options: ChoreographerOptions,
  transaction: Transaction,
  record: SagaRecord,
  heard: readonly Message[],
): Promise<Moved[]> {
  const { chassis, repository, patience } = options;
  const moves: Moved[] = [];
  let before = record;
  for (const { move, next } of advance(record.saga, heard, chassis.clock.now(), patience.stuck)) {
    const pauseMs = next.state === 'running' ? patience.stepMs : patience.undoMs;
    const after = await repository.saveWithin(transaction, before, move, next, { pauseMs });
    if (!after) throw new Error(`saga ${record.sagaId} moved although it is locked`);
    moves.push({ before, move, after });
    before = after;
  }
  await announce(options, transaction, moves);
  return moves;
}

/** Tells the other instances of a saga that was decided, if nobody waits for it in this one. */
async function announce(
  { notices, outcomes }: ChoreographerOptions,
  transaction: Transaction,
  moves: readonly Moved[],
): Promise<void> {
  const decided = moves.find(
    ({ before, after }) => before.saga.state === 'running' && after.saga.state !== 'running',
  );
  if (!decided || outcomes.isWatched(decided.after.orderId)) return;
  await notices.send(transaction, decided.after.orderId);
}

/** Asks the participants by event to undo the order. Whoever has nothing to undo remembers that. */
async function insist(
  options: ChoreographerOptions,
  transaction: Transaction,
  record: SagaRecord,
): Promise<Moved[]> {
  const { chassis, repository, outbox, patience } = options;
  const { orderId, customerId, correlationId, saga } = record;
  const step = stepOf(saga);
  if (step === 'confirm') return [];
  const { callee: service, unavailable } = STEP_DEFINITIONS[step];
  const durationMs = saga.state === 'running' ? patience.stepMs : patience.undoMs;
  const move = overdueMove(saga, { service, unavailable, durationMs });
  if (!move) return [];
  const next = transition(saga, move, chassis.clock.now(), patience.stuck);
  const pauseMs = patience.undoMs;
  const after = await repository.saveWithin(transaction, record, move, next, { pauseMs });
  // Somebody told something in this moment: it goes on by itself.
  if (!after) return [];
  await outbox.append(transaction, [
    {
      id: chassis.ids.next(),
      type: 'order.cancelled',
      version: 1,
      occurredAt: chassis.clock.now(),
      key: orderId,
      correlationId,
      payload: { orderId, customerId, failure: 'failure' in next ? next.failure : undefined },
    },
  ]);
  const moves = [{ before: record, move, after }];
  await announce(options, transaction, moves);
  return moves;
}
