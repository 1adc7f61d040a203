import type { OrderItem } from '../order/order.ts';
import type { Saga, SagaStyle } from './saga.ts';

/** A saga in the hands of its owner: what one needs to go on with it. */
export interface SagaRecord {
  sagaId: string;
  orderId: string;
  customerId: string;
  items: OrderItem[];
  totalCents: number;
  currency: string;
  style: SagaStyle;
  saga: Saga;
  /** Grows with every move and every change of hands. */
  version: number;
  correlationId: string;
  /** Trace context of the request that began it; null if there was none. */
  traceparent: string | null;
}

/** A saga that was taken up again. */
export interface ClaimedSaga extends SagaRecord {
  /** The owner before fell silent; false if the saga was put down on purpose. */
  abandoned: boolean;
  /** Who held it before. */
  priorOwner: string;
}

/** One line of a saga's history. */
export interface SagaJournalEntry {
  /** Milliseconds since the Unix epoch. */
  at: number;
  owner: string;
  move: string;
  step: string;
  state: Saga['state'];
  detail: string | null;
}
