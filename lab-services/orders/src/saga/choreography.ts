import { readPayload, type DomainEvent } from '@faultline/chassis';
import { z } from 'zod';
import {
  currentCompensation,
  isEnded,
  transition,
  type Saga,
  type SagaMove,
  type SagaStep,
  type StuckLimits,
} from './saga.ts';

/**
 * The choreographed execution of the saga: nobody calls anybody, each service reacts to events.
 * Orders listens and moves its saga by the same transitions as the orchestrated one.
 *
 * ```
 * orders ─ order.created ─► inventory ─ stock.reserved ─► payments ─ payment.completed ─► shipping
 *    ▲                          │ stock.rejected             │ payment.failed                │
 *    └──────────────────────────┴────────────────────────────┴───── shipment.created/.failed ┘
 *
 * undone from its end:  order.cancelled ─► shipping ─ shipment.cancelled ─► payments
 *                       ─ payment.refunded ─► inventory ─ stock.released ─► orders
 * ```
 */
export const PARTICIPANT_TOPICS = ['inventory.events', 'payments.events', 'shipping.events'];

/** What one step is told of by. */
interface StepEvents {
  done: string;
  failed: string;
  undone: string;
}

const EVENTS_OF_STEP: Readonly<Record<SagaStep, StepEvents>> = {
  'reserve-stock': { done: 'stock.reserved', failed: 'stock.rejected', undone: 'stock.released' },
  charge: { done: 'payment.completed', failed: 'payment.failed', undone: 'payment.refunded' },
  ship: { done: 'shipment.created', failed: 'shipment.failed', undone: 'shipment.cancelled' },
};

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  Object.values(EVENTS_OF_STEP).flatMap(({ done, failed, undone }) => [done, failed, undone]),
);
const FAILURE_TYPES: ReadonlySet<string> = new Set(
  Object.values(EVENTS_OF_STEP).map(({ failed }) => failed),
);

/** What a participant told of an order. */
export interface Message {
  type: string;
  /** Only of a step that failed. */
  failure: { code: string; detail: string } | null;
}

const payloadSchema = z.object({ orderId: z.string().min(1).max(64) });
const failedSchema = payloadSchema.extend({
  failure: z.object({ code: z.string().min(1).max(100), detail: z.string().max(2_000) }),
});

/**
 * Reads what a participant told; undefined if sagas are not moved by such events.
 *
 * @throws UnreadableEventError
 */
export function readMessage(event: DomainEvent): { orderId: string; message: Message } | undefined {
  const { type } = event;
  if (!KNOWN_TYPES.has(type)) return undefined;
  if (FAILURE_TYPES.has(type)) {
    const { orderId, failure } = readPayload(event, failedSchema);
    return { orderId, message: { type, failure } };
  }
  const { orderId } = readPayload(event, payloadSchema);
  return { orderId, message: { type, failure: null } };
}

/**
 * The move that what was heard so far allows; undefined if the saga has to wait. Messages count
 * from the moment their turn has come, so neither their order nor their number matters.
 */
export function nextMove(saga: Saga, heard: readonly Message[]): SagaMove | undefined {
  const find = (type: string) => heard.find((message) => message.type === type);
  switch (saga.state) {
    case 'running': {
      const { done, failed } = EVENTS_OF_STEP[saga.step];
      if (find(done)) return { kind: 'step-completed' };
      const failure = find(failed)?.failure;
      return failure
        ? { kind: 'step-failed', failure: { step: saga.step, ...failure }, effect: 'none' }
        : undefined;
    }
    case 'compensating':
    case 'stuck':
      return find(EVENTS_OF_STEP[currentCompensation(saga)].undone)
        ? { kind: 'compensation-completed' }
        : undefined;
    case 'completed':
    case 'compensated':
      return undefined;
  }
}

/** The move of a saga that waited for too long: it is given up, or asked for once more. */
export function overdueMove(
  saga: Saga,
  waitedFor: { service: string; unavailable: string; durationMs: number },
): SagaMove | undefined {
  if (isEnded(saga)) return undefined;
  const detail = `${waitedFor.service} told nothing for ${Math.round(waitedFor.durationMs / 1000)} s`;
  return saga.state === 'running'
    ? { kind: 'cancelled', failure: { step: saga.step, code: waitedFor.unavailable, detail } }
    : { kind: 'compensation-failed', reason: detail };
}

/** One move of a saga. */
export interface Advance {
  move: SagaMove;
  next: Saga;
}

/** All moves that what was heard so far allows, in turn. @param now milliseconds since the epoch */
export function advance(
  saga: Saga,
  heard: readonly Message[],
  now: number,
  limits: StuckLimits,
): Advance[] {
  const moves: Advance[] = [];
  for (let current = saga; ;) {
    const move = nextMove(current, heard);
    if (!move) return moves;
    current = transition(current, move, now, limits);
    moves.push({ move, next: current });
  }
}
