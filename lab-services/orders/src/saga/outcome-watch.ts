import type { SagaRecord } from './saga-record.ts';

/** Tells those who wait in this process what became of an order. */
export interface OutcomeWatch {
  /** Calls `listener` with each state of the order's saga from now on, until disposed. */
  watch(orderId: string, listener: (record: SagaRecord) => void): Disposable;
  tell(record: SagaRecord): void;
}

/** Creates a watch that nobody waits at. */
export function createOutcomeWatch(): OutcomeWatch {
  const listeners = new Map<string, (record: SagaRecord) => void>();
  return {
    watch(orderId, listener) {
      listeners.set(orderId, listener);
      return { [Symbol.dispose]: () => void listeners.delete(orderId) };
    },
    tell: (record) => listeners.get(record.orderId)?.(record),
  };
}
