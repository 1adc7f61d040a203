import type { Fulfilment } from '../saga/fulfilment.ts';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { SagaRepository } from '../saga/saga-repository.ts';
import { SAGA_STEPS, type SagaFailure } from '../saga/saga.ts';
import type { Placement } from './placement.ts';

/** What fulfilling without a saga needs. */
export interface BareFulfilmentOptions {
  sagas: Pick<SagaRepository, 'recordBare'>;
  fulfilment: Fulfilment;
}

/**
 * The pattern `saga` is off: the steps are called one after the other, nothing says how far they
 * got, and what was done for an order that fails stays done. An instance that dies in between
 * leaves the order pending for ever.
 */
export async function fulfilBare(
  { sagas, fulfilment }: BareFulfilmentOptions,
  record: SagaRecord,
): Promise<Placement> {
  for (const step of SAGA_STEPS) {
    const outcome = await fulfilment.perform(step, record);
    if (outcome.kind === 'done') continue;
    const { code, detail } = outcome;
    const failure: SagaFailure = { step, code, detail };
    await sagas.recordBare(record, [{ type: 'order.failed', payload: { failure } }]);
    return { kind: 'failed', orderId: record.orderId, failure };
  }
  await sagas.recordBare(record, [{ type: 'order.confirmed', payload: {} }]);
  return { kind: 'confirmed', orderId: record.orderId, totalCents: record.totalCents };
}
