import { defineService, type Chassis, type Transaction } from '@faultline/chassis';
import { createManualClock } from '@faultline/chassis/core';
import {
  startTestServiceWithDatabase,
  type TestServiceWithDatabase,
} from '@faultline/chassis/testing';
import { assert, asyncProperty, constantFrom, array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEW_SAGA, isEnded, transition, type Saga, type SagaMove } from '../saga/saga.ts';
import { createOrderEvents, type OrderEvents } from './order-events.ts';
import { findOrder } from './order-row.ts';
import { factsOfMove, evolve, replay, type OrderEvent, type OrderFact } from './order-state.ts';
import { appendToStream, readStream, rebuildSnapshots, replayOrder } from './order-stream.ts';
import { createOrderRepository } from './order-repository.ts';
import { registerOrderRoutes } from './routes.ts';
import { registerStreamRoutes } from './stream-routes.ts';

let service: TestServiceWithDatabase;
let chassis: Chassis;
let recorder: OrderEvents;
const clock = createManualClock(1_700_000_000_123);
let count = 0;

beforeAll(async () => {
  service = await startTestServiceWithDatabase(
    defineService({
      name: 'orders',
      migrations: new URL('../migrations/', import.meta.url),
      calls: [],
      events: true,
      build(given) {
        chassis = given;
        const orders = createOrderRepository(given.database);
        return {
          routes(app) {
            registerOrderRoutes(app, {
              orders,
              placeOrder: () => Promise.reject(new Error()),
              context: () => chassis.context(),
            });
            registerStreamRoutes(app, given.database);
          },
        };
      },
    }),
  );
  recorder = createOrderEvents({ clock, telemetry: chassis.telemetry });
});

afterAll(() => service[Symbol.asyncDispose]());

const CREATED: OrderFact = {
  type: 'order.created',
  payload: {
    customerId: 'ada',
    items: [{ sku: 'P-0001', quantity: 1, name: 'Copper kettle', unitPriceCents: 4_900 }],
    totalCents: 4_900,
    currency: 'EUR',
  },
};

async function placeOrder(): Promise<string> {
  const orderId = `order-${String(++count).padStart(5, '0')}`;
  await chassis.database.transaction(async (transaction) => {
    await transaction.query(
      'insert order',
      `INSERT INTO orders (order_id, idempotency_key, customer_id, items, total_cents, currency, state)
       VALUES ($1, $1, 'ada', $2, 4900, 'EUR', 'pending')`,
      [orderId, JSON.stringify(CREATED.type === 'order.created' ? CREATED.payload.items : [])],
    );
    await record(transaction, orderId, [CREATED]);
  });
  return orderId;
}

const record = (transaction: Transaction, orderId: string, facts: readonly OrderFact[]) =>
  recorder.record(
    transaction,
    { orderId, correlationId: 'correlation-1', style: 'orchestrated' },
    facts,
  );

const tell = (orderId: string, ...facts: OrderFact[]) =>
  chassis.database.transaction((transaction) => record(transaction, orderId, facts));

/** Moves that the saga allows, drawn by `choices`. */
function driveBy(choices: readonly string[]): OrderFact[][] {
  let saga: Saga = NEW_SAGA;
  const facts: OrderFact[][] = [];
  for (const choice of choices) {
    if (isEnded(saga)) break;
    const failure = { step: 'charge', code: 'payment-unavailable', detail: choice } as const;
    const moves: Record<string, SagaMove> =
      saga.state === 'running'
        ? {
            good: { kind: 'step-completed' },
            bad: { kind: 'step-failed', failure, effect: 'possible' },
            late: { kind: 'interrupted' },
          }
        : {
            good: { kind: 'compensation-completed' },
            bad: { kind: 'compensation-failed', reason: choice },
            late: { kind: 'interrupted' },
          };
    const move = moves[choice]!;
    const next = transition(saga, move, clock.now(), { failures: 3, durationMs: 60_000 });
    facts.push(factsOfMove(saga, move, next));
    saga = next;
  }
  return facts;
}

describe('an order', () => {
  it('is the replay of its events, from the beginning, from a snapshot, and at any past time', async () => {
    await assert(
      asyncProperty(
        array(constantFrom('good', 'good', 'bad', 'late'), { maxLength: 9 }),
        async (choices) => {
          const orderId = await placeOrder();
          const past = [{ at: clock.now(), order: await findOrder(chassis.database, orderId) }];
          for (const facts of driveBy(choices)) {
            await clock.advance(7);
            await tell(orderId, ...facts);
            past.push({ at: clock.now(), order: await findOrder(chassis.database, orderId) });
          }
          const events = await readStream(chassis.database, orderId);
          const row = await findOrder(chassis.database, orderId);
          expect(replay(orderId, events)).toEqual(row);
          expect(await replayOrder(chassis.database, orderId)).toEqual(row);
          for (const { at, order } of past) {
            expect(await replayOrder(chassis.database, orderId, at)).toEqual(order);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('needs no snapshot, and can have all of them made anew', async () => {
    const orderId = await placeOrder();
    for (const facts of driveBy(['good', 'good', 'bad', 'good', 'good', 'good'])) {
      await tell(orderId, ...facts);
    }
    const row = await findOrder(chassis.database, orderId);
    const snapshots = () =>
      chassis.database.query(
        'select snapshots',
        'SELECT version, state, occurred_at FROM order_snapshots WHERE order_id = $1 ORDER BY version',
        [orderId],
      );
    const kept = await snapshots();
    expect(kept).toHaveLength(2);
    await chassis.database.query('delete snapshots', 'DELETE FROM order_snapshots');
    expect(await replayOrder(chassis.database, orderId)).toEqual(row);
    await chassis.database.transaction((transaction) => rebuildSnapshots(transaction, '', 5_000));
    expect(
      (await snapshots()).map((snapshot) => 'version' in snapshot && snapshot.version),
    ).toEqual([4, 8]);
    expect(await replayOrder(chassis.database, orderId)).toEqual(row);
  });

  it('is written by one of two writers; the other is told, reloads, and follows', async () => {
    const orderId = await placeOrder();
    const before = await findOrder(chassis.database, orderId);
    if (!before) throw new Error('the order vanished');
    const event: OrderEvent = {
      type: 'order.charged',
      payload: {},
      version: 2,
      occurredAt: clock.now(),
    };
    const append = {
      next: evolve(before, orderId, event),
      expectedVersion: 1,
      events: [event],
      correlationId: 'c',
      traceparent: null,
    };
    const outcomes = await Promise.all(
      [1, 2, 3].map(() =>
        chassis.database.transaction((transaction) => appendToStream(transaction, append)),
      ),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['appended', 'conflict', 'conflict']);

    const facts = ['order.stock-reserved', 'order.shipped'] as const;
    await Promise.all(facts.map((type) => tell(orderId, { type, payload: {} })));
    const order = await findOrder(chassis.database, orderId);
    expect(order).toMatchObject({
      version: 4,
      fulfilment: { stock: 'reserved', payment: 'charged', shipment: 'shipped' },
    });
  });

  it('says the same thing once, and an outcome for ever', async () => {
    const orderId = await placeOrder();
    const charged: OrderFact = { type: 'order.charged', payload: {} };
    expect(await tell(orderId, charged, charged)).toHaveLength(1);
    expect(await tell(orderId, charged)).toEqual([]);
    await tell(orderId, { type: 'order.confirmed', payload: {} });
    const failure = { step: 'ship', code: 'x', detail: 'y' } as const;
    await expect(tell(orderId, { type: 'order.failed', payload: { failure } })).rejects.toThrow(
      'which is confirmed already',
    );
    expect(await readStream(chassis.database, orderId)).toHaveLength(3);
  });

  it('tells the others what happened, with its place in the stream', async () => {
    const orderId = await placeOrder();
    const [published] = await tell(orderId, { type: 'order.confirmed', payload: {} });
    expect(published).toMatchObject({
      id: `${orderId}/2`,
      type: 'order.confirmed',
      version: 1,
      key: orderId,
      payload: { orderId, orderVersion: 2, customerId: 'ada', totalCents: 4_900, currency: 'EUR' },
    });
  });

  it.each([
    'UPDATE order_events SET version = 9',
    'DELETE FROM order_events',
    'TRUNCATE order_events',
  ])('keeps its past: %s is refused', async (statement) => {
    await placeOrder();
    await expect(chassis.database.query('tamper', statement)).rejects.toThrow('append-only');
  });
});

describe('the past of an order', () => {
  it('can be read event by event and asked for by moment', async () => {
    const orderId = await placeOrder();
    const placedAt = clock.now();
    await clock.advance(1_000);
    await tell(
      orderId,
      { type: 'order.charged', payload: {} },
      { type: 'order.confirmed', payload: {} },
    );
    const { body } = await service.call('GET', `/orders/${orderId}/events`);
    expect(
      (body['events'] as OrderEvent[]).map(({ type, version }) => `${version} ${type}`),
    ).toEqual(['1 order.created', '2 order.charged', '3 order.confirmed']);
    const at = (moment: number | string) => service.call('GET', `/orders/${orderId}?at=${moment}`);
    expect((await at(placedAt)).body).toMatchObject({ state: 'pending', version: 1 });
    const later = encodeURIComponent(new Date(placedAt + 1_000).toISOString());
    expect((await at(later)).body).toMatchObject({ state: 'confirmed', version: 3 });
    expect(await at(placedAt - 1)).toMatchObject({
      status: 404,
      body: { code: 'order-not-found' },
    });
    expect(await at('yesterday')).toMatchObject({ status: 400 });
    expect(await service.call('GET', '/orders/none/events')).toMatchObject({ status: 404 });
  });
});
