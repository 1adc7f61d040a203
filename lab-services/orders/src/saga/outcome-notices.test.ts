import type { Chassis } from '@faultline/chassis';
import { createManualClock } from '@faultline/chassis/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awaitOutcome } from '../order/await-outcome.ts';
import { createOrderEvents } from '../order/order-events.ts';
import { SILENT, startBareService } from '../testing/bare-service.ts';
import { createChoreographer, PATIENCE } from './choreographer.ts';
import { createOutcomeNotices } from './outcome-notices.ts';
import { createOutcomeWatch } from './outcome-watch.ts';
import { createSagaRepository } from './saga-repository.ts';
import { NEW_SAGA } from './saga.ts';

let service: Awaited<ReturnType<typeof startBareService>>;
let chassis: Chassis;

beforeAll(async () => {
  service = await startBareService();
  ({ chassis } = service);
});
afterAll(() => service[Symbol.asyncDispose]());

/** What one instance of the service has to do with choreographed sagas. */
function createInstance(owner: string) {
  const outbox = { append: async () => undefined };
  const outcomes = createOutcomeWatch();
  const notices = createOutcomeNotices(chassis.database, outcomes);
  const sagas = createSagaRepository({
    database: chassis.database,
    outbox,
    orderEvents: createOrderEvents(chassis),
    owner,
    leaseMs: 2_000,
  });
  const choreographer = createChoreographer({
    ...{ chassis, repository: sagas, outbox, outcomes, notices },
    events: SILENT,
    patience: PATIENCE,
  });
  return { outcomes, notices, sagas, choreographer };
}

/** A choreographed saga that has begun in `instance`. */
async function begin(instance: ReturnType<typeof createInstance>, orderId: string) {
  const record = await instance.sagas.begin({
    orderId,
    sagaId: `saga-of-${orderId}`,
    idempotencyKey: `key-of-${orderId}`,
    customerId: 'ada',
    items: [{ sku: 'P-0001', quantity: 1, name: 'Copper kettle', unitPriceCents: 4_900 }],
    totalCents: 4_900,
    currency: 'EUR',
    style: 'choreographed',
    guarded: true,
    saga: NEW_SAGA,
    correlationId: 'correlation-1',
    traceparent: null,
    pauseMs: PATIENCE.stepMs,
  });
  if (!record) throw new Error('the order is new');
  return record;
}

const rejected = (orderId: string) => ({
  id: `stock-rejected-of-${orderId}`,
  type: 'stock.rejected',
  version: 1,
  occurredAt: 0,
  key: orderId,
  correlationId: 'correlation-1',
  payload: { orderId, failure: { code: 'insufficient-stock', detail: 'None left' } },
});
const FAILED = { kind: 'failed', failure: { code: 'insufficient-stock' } };

it('a customer is answered without a look at the row, whichever instance decides', async () => {
  await using front = new AsyncDisposableStack();
  const waiting = createInstance('orders-1');
  const other = createInstance('orders-2');
  front.use(waiting.notices);
  waiting.notices.start();
  await expect
    .poll(() =>
      chassis.database.query('count', `SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN %'`),
    )
    .toHaveLength(1);
  for (const [orderId, decides] of [
    ['decided-elsewhere', other],
    ['decided-here', waiting],
  ] as const) {
    const record = await begin(waiting, orderId);
    // It stands still: no pause before a look at the row ends.
    const clock = createManualClock();
    const answer = awaitOutcome({ chassis: { clock }, ...waiting }, record, () => 3_000);
    await decides.choreographer.hear(rejected(orderId));
    expect(await answer).toMatchObject({ ...FAILED, orderId });
  }
});

it('a customer is answered by a look at the row when the notice is lost', async () => {
  const waiting = createInstance('orders-1');
  const record = await begin(waiting, 'not-told');
  const clock = createManualClock();
  const answer = awaitOutcome({ chassis: { clock }, ...waiting }, record, () => 3_000);
  await createInstance('orders-2').choreographer.hear(rejected('not-told'));
  await clock.advance(250);
  expect(await answer).toMatchObject(FAILED);
});
