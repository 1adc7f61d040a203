import type { SagaRecord } from './saga-record.ts';

/** Tells those who wait in this process what became of an order. */
export interface OutcomeWatch {
  /**
   * Calls `listener`, until disposed, with each state of the order's saga that this process writes,
   * and with nothing when another one has decided it.
   */
  watch(orderId: string, listener: (record?: SagaRecord) => void): Disposable;
  /** Whether somebody waits here for what becomes of the order. */
  isWatched(orderId: string): boolean;
  tell(record: SagaRecord): void;
  tellElsewhere(orderId: string): void;
}

/** Creates a watch that nobody waits at. */
export function createOutcomeWatch(): OutcomeWatch {
  const listeners = new Map<string, (record?: SagaRecord) => void>();
  return {
    watch(orderId, listener) {
      listeners.set(orderId, listener);
      return { [Symbol.dispose]: () => void listeners.delete(orderId) };
    },
    isWatched: (orderId) => listeners.has(orderId),
    tell: (record) => listeners.get(record.orderId)?.(record),
    tellElsewhere: (orderId) => listeners.get(orderId)?.(),
  };
}
