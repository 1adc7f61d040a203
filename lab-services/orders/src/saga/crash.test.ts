import type { Chassis } from '@faultline/chassis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrderEvents } from '../order/order-events.ts';
import { SILENT, startBareService } from '../testing/bare-service.ts';
import { crashAt, type CrashPoint } from '../testing/crash.ts';
import { createWorld, type World } from '../testing/world.ts';
import { createRecoverer } from './recoverer.ts';
import { createSagaLedger, type SagaView } from './saga-ledger.ts';
import { createSagaRepository, type NewOrder, type SagaRepository } from './saga-repository.ts';
import { createSagaRunner, type SagaRunner } from './saga-runner.ts';
import { NEW_SAGA, SAGA_STEPS } from './saga.ts';

const LEASE_MS = 150;
const TIMES = {
  stepMs: 1_000,
  pauseMs: 10,
  longestPauseMs: 20,
  stuck: { failures: 3, durationMs: 60_000 },
};

let service: Awaited<ReturnType<typeof startBareService>>;
let chassis: Chassis;
let orders = 0;

beforeAll(async () => {
  service = await startBareService();
  ({ chassis } = service);
  // What is sent is a table of this test.
  await chassis.database.query(
    'create sent',
    'CREATE TABLE sent (order_id text, type text, number serial)',
  );
});
afterAll(() => service[Symbol.asyncDispose]());

/** What one process of the service has: its repository, under its own name, and its runner. */
function createInstance(owner: string, world: World, crash?: CrashPoint) {
  const alive = createSagaRepository({
    database: chassis.database,
    outbox: {
      append: (transaction, events) =>
        Promise.all(
          events.map(({ key, type }) =>
            transaction.query('insert sent', 'INSERT INTO sent VALUES ($1, $2)', [key, type]),
          ),
        ),
    },
    orderEvents: createOrderEvents(chassis),
    owner,
    leaseMs: LEASE_MS,
  });
  const repository = crash ? crashAt(alive, crash) : alive;
  const runner = createSagaRunner({
    chassis,
    repository,
    fulfilment: world,
    events: SILENT,
    times: TIMES,
  });
  return { repository, runner };
}

function newOrder(): NewOrder {
  const orderId = `order-${String(++orders).padStart(4, '0')}`;
  return {
    orderId,
    sagaId: `saga-of-${orderId}`,
    idempotencyKey: `key-of-${orderId}`,
    customerId: 'ada',
    items: [{ sku: 'P-0001', quantity: 1, name: 'Copper kettle', unitPriceCents: 4_900 }],
    totalCents: 4_900,
    currency: 'EUR',
    style: 'orchestrated',
    guarded: true,
    saga: NEW_SAGA,
    correlationId: 'correlation-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
}

async function place(order: NewOrder, repository: SagaRepository, runner: SagaRunner) {
  const record = await repository.begin(order).catch(() => undefined);
  if (record)
    await runner.fulfil(
      record,
      () => 1_000,
      () => undefined,
    );
}

/** Runs another instance until the saga is as `wanted`. */
async function recoverUntil(
  sagaId: string,
  world: World,
  wanted: (saga: SagaView) => boolean,
): Promise<SagaView> {
  const ledger = createSagaLedger(chassis.database);
  await using recoverer = createRecoverer({
    chassis,
    ...createInstance(`rescuer-of-${sagaId}`, world),
    choreographer: { overdue: () => Promise.reject(new Error('nothing here is choreographed')) },
    events: SILENT,
    pollMs: 10,
    concurrency: 4,
  });
  recoverer.start();
  for (;;) {
    const saga = await ledger.find(sagaId);
    if (saga && wanted(saga)) return saga;
    await chassis.clock.sleep(5);
  }
}

const hasEnded = ({ endedAt }: SagaView) => endedAt !== null;

async function sentOf(orderId: string): Promise<string[]> {
  const rows = await chassis.database.query<{ type: string }>(
    'select sent',
    'SELECT type FROM sent WHERE order_id = $1 AND type = ANY($2) ORDER BY number',
    [orderId, ['order.created', 'order.confirmed', 'order.failed']],
  );
  return rows.map(({ type }) => type);
}

describe('an instance that dies while an order goes through', () => {
  const points: CrashPoint[] = [
    'after begin',
    ...[1, 2, 3].flatMap((n): CrashPoint[] => [`before save ${n}`, `after save ${n}`]),
  ];

  it.each(points)(
    '%s: another confirms the order, and each effect is there once',
    async (point) => {
      const world = createWorld();
      const { repository, runner } = createInstance(`victim ${point}`, world, point);
      const order = newOrder();
      await place(order, repository, runner);
      const saga = await recoverUntil(order.sagaId, world, hasEnded);
      expect(saga.state).toBe('completed');
      expect(world.effectsOf(order.orderId)).toEqual([...SAGA_STEPS].sort());
      expect(await sentOf(order.orderId)).toEqual(['order.created', 'order.confirmed']);
    },
  );
});

describe('an instance that dies while an order is undone', () => {
  const points: CrashPoint[] = [1, 2, 3, 4, 5, 6].flatMap((n): CrashPoint[] => [
    `before save ${n}`,
    `after save ${n}`,
  ]);

  it.each(points)('%s: another undoes all of it', async (point) => {
    const world = createWorld();
    world.break('ship', 'lost-answer');
    const { repository, runner } = createInstance(`victim ${point}`, world, point);
    const order = newOrder();
    await place(order, repository, runner);
    const saga = await recoverUntil(order.sagaId, world, hasEnded);
    expect(saga.state).toBe('compensated');
    expect(world.effectsOf(order.orderId)).toEqual([]);
    expect(await sentOf(order.orderId)).toEqual(['order.created', 'order.failed']);
  });
});

describe('payments that cannot be reached', () => {
  it('while charging: the order fails and the stock is back', async () => {
    const world = createWorld();
    world.break('charge', 'unreachable');
    const order = newOrder();
    const { repository, runner } = createInstance('charging', world);
    await place(order, repository, runner);
    const saga = await recoverUntil(order.sagaId, world, hasEnded);
    expect(saga).toMatchObject({
      state: 'compensated',
      reason: 'payment-unavailable: charge is broken',
    });
    expect(world.effectsOf(order.orderId)).toEqual([]);
  });

  it('while refunding: the saga is stuck, says for whom it waits, and ends once they are back', async () => {
    const world = createWorld();
    world.break('ship', 'refused');
    world.break('charge', 'unreachable');
    const order = { ...newOrder(), saga: { ...NEW_SAGA, step: 'ship' as const } };
    const { repository, runner } = createInstance('refunding', world);
    await place(order, repository, runner);
    const stuck = await recoverUntil(order.sagaId, world, ({ state }) => state === 'stuck');
    expect(stuck).toMatchObject({
      step: 'charge',
      remaining: ['charge', 'reserve-stock'],
      waitingFor: 'payments',
    });
    expect(stuck.failures).toBeGreaterThanOrEqual(3);
    world.mend('charge');
    const saga = await recoverUntil(order.sagaId, world, hasEnded);
    expect(saga).toMatchObject({ state: 'compensated', remaining: [], waitingFor: null });
  });
});

describe('a saga', () => {
  it('belongs to whoever moved it last: a slow owner lets go without doing harm', async () => {
    const world = createWorld();
    const order = newOrder();
    const slow = createInstance('slow', world);
    const begun = await slow.repository.begin(order);
    if (!begun) throw new Error('the order exists');
    await recoverUntil(order.sagaId, world, hasEnded);
    await slow.runner.fulfil(
      begun,
      () => 1_000,
      () => undefined,
    );
    expect(await sentOf(order.orderId)).toEqual(['order.created', 'order.confirmed']);
    expect(world.effectsOf(order.orderId)).toEqual([...SAGA_STEPS].sort());
  });

  it('is taken up by one of many instances, never by two', async () => {
    const world = createWorld();
    const batch = Array.from({ length: 20 }, newOrder);
    for (const order of batch) {
      await place(order, createInstance('dead', world, 'after begin').repository, {} as SagaRunner);
    }
    await chassis.clock.sleep(LEASE_MS);
    const claims = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        createInstance(`claimer-${index}`, world).repository.claim(20),
      ),
    );
    const claimed = claims.flat().map(({ orderId }) => orderId);
    expect(claimed.sort()).toEqual(batch.map(({ orderId }) => orderId));
    expect(claims.flat().every(({ abandoned }) => abandoned)).toBe(true);
  });

  it('keeps its journal', async () => {
    const world = createWorld();
    world.break('charge', 'refused');
    const order = newOrder();
    const { repository, runner } = createInstance('scribe', world);
    await place(order, repository, runner);
    const saga = await createSagaLedger(chassis.database).find(order.sagaId);
    expect(saga?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(saga?.journal.map(({ move, step, state }) => `${move} ${step} -> ${state}`)).toEqual([
      'begun reserve-stock -> running',
      'step-completed reserve-stock -> running',
      'step-failed charge -> compensating',
      'compensation-completed reserve-stock -> compensated',
    ]);
  });
});
