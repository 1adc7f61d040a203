import { createOutbox, type Chassis } from '@faultline/chassis';
import type { Events } from '../events.ts';
import { createOrderEvents, ORDER_EVENTS_TOPIC } from '../order/order-events.ts';
import { createChoreographer, PATIENCE } from './choreographer.ts';
import { createFulfilment } from './fulfilment.ts';
import { createOutcomeNotices } from './outcome-notices.ts';
import { createOutcomeWatch } from './outcome-watch.ts';
import { createRecoverer } from './recoverer.ts';
import { createSagaRepository } from './saga-repository.ts';
import { createSagaRunner, SAGA_TIMES } from './saga-runner.ts';

/** A saga whose owner died is taken up after at most lease + poll. */
const LEASE_MS = 2_000;
const POLL_MS = 500;
const RESUMED_AT_ONCE = 8;

/** Creates the sagas' parts and connects them with each other. */
export function createSagaParts(chassis: Chassis, events: Events) {
  const outbox = createOutbox({ chassis, topic: ORDER_EVENTS_TOPIC });
  const sagas = createSagaRepository({
    database: chassis.database,
    outbox,
    orderEvents: createOrderEvents(chassis),
    owner: `${chassis.environment.INSTANCE_ID}/${chassis.ids.next()}`,
    leaseMs: LEASE_MS,
  });
  const fulfilment = createFulfilment((callee) => chassis.link(callee));
  const runner = createSagaRunner({
    chassis,
    repository: sagas,
    fulfilment,
    events,
    times: SAGA_TIMES,
  });
  const outcomes = createOutcomeWatch();
  const notices = createOutcomeNotices(chassis.database, outcomes);
  const choreographer = createChoreographer({
    chassis,
    repository: sagas,
    outbox,
    events,
    outcomes,
    notices,
    patience: PATIENCE,
  });
  const recoverer = createRecoverer({
    chassis,
    repository: sagas,
    runner,
    choreographer,
    events,
    pollMs: POLL_MS,
    concurrency: RESUMED_AT_ONCE,
  });
  return { outbox, sagas, fulfilment, runner, outcomes, notices, choreographer, recoverer };
}
