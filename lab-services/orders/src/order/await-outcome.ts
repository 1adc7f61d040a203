import type { Chassis } from '@faultline/chassis';
import type { OutcomeWatch } from '../saga/outcome-watch.ts';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { SagaRepository } from '../saga/saga-repository.ts';
import { placementOfSaga, type Placement } from './placement.ts';

/** Pause before the first look at the row, milliseconds; doubles with each. */
const FIRST_LOOK_MS = 60;
const LONGEST_PAUSE_MS = 500;

/** What waiting needs. */
export interface AwaitOutcomeOptions {
  chassis: Pick<Chassis, 'clock'>;
  sagas: Pick<SagaRepository, 'find'>;
  outcomes: OutcomeWatch;
}

/**
 * Waits for the outcome of a choreographed order while there is budget. If this instance hears the
 * events it is told at once; if another one does, the saga's row says so, looked at ever less often.
 */
export async function awaitOutcome(
  { chassis, sagas, outcomes }: AwaitOutcomeOptions,
  record: SagaRecord,
  budgetMs: () => number,
): Promise<Placement> {
  const pending: Placement = { kind: 'pending', orderId: record.orderId };
  const told = Promise.withResolvers<Placement>();
  const hear = ({ saga }: SagaRecord) => {
    const placement = placementOfSaga(record, saga);
    if (placement.kind !== 'pending') told.resolve(placement);
  };
  using _watch = outcomes.watch(record.orderId, hear);
  for (let pauseMs = FIRST_LOOK_MS; budgetMs() > 0; pauseMs *= 2) {
    const rest = new AbortController();
    const looked = chassis.clock
      .sleep(Math.min(pauseMs, LONGEST_PAUSE_MS, Math.max(1, budgetMs())), rest.signal)
      .catch(() => undefined);
    const placement = await Promise.race([told.promise, looked]);
    rest.abort(new Error('told'));
    if (placement) return placement;
    const current = await sagas.find(record.orderId);
    const seen = placementOfSaga(record, current?.saga ?? record.saga);
    if (seen.kind !== 'pending') return seen;
  }
  return pending;
}
