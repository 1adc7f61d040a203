import { createAlarm, type Chassis } from '@faultline/chassis';
import type { OutcomeWatch } from '../saga/outcome-watch.ts';
import type { SagaRecord } from '../saga/saga-record.ts';
import type { SagaRepository } from '../saga/saga-repository.ts';
import { placementOfSaga, type Placement } from './placement.ts';

/** Pause before the first look at the row, milliseconds; doubles with each. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 500;

/** What waiting needs. */
export interface AwaitOutcomeOptions {
  chassis: Pick<Chassis, 'clock'>;
  sagas: Pick<SagaRepository, 'find'>;
  outcomes: OutcomeWatch;
}

/**
 * Waits for the outcome of a choreographed order while there is budget. This instance is told at
 * once, whoever decides it; should that be lost, the saga's row is looked at now and then.
 */
export async function awaitOutcome(
  { chassis, sagas, outcomes }: AwaitOutcomeOptions,
  record: SagaRecord,
  budgetMs: () => number,
): Promise<Placement> {
  const pending: Placement = { kind: 'pending', orderId: record.orderId };
  const alarm = createAlarm(chassis.clock);
  let told: Placement | undefined;
  using _watch = outcomes.watch(record.orderId, (moved) => {
    if (moved) told ??= decidedBy(record, moved);
    if (!moved || told) alarm.ring();
  });
  for (let pauseMs = FIRST_PAUSE_MS; budgetMs() > 0; pauseMs *= 2) {
    await alarm.pause(Math.min(pauseMs, LONGEST_PAUSE_MS, Math.max(1, budgetMs())));
    if (told) return told;
    alarm.rang();
    const current = await sagas.find(record.orderId);
    const seen = current && decidedBy(record, current);
    if (seen) return seen;
  }
  return pending;
}

function decidedBy(record: SagaRecord, { saga }: SagaRecord): Placement | undefined {
  const placement = placementOfSaga(record, saga);
  return placement.kind === 'pending' ? undefined : placement;
}
