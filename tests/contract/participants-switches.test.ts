import type { DomainEvent } from '@faultline/chassis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectsOf, endingOf, placeOrder, startParticipants } from './participants.ts';
import type { Participants } from './participants.ts';

let lab: Participants;
let keys = 0;

beforeAll(async () => {
  lab = await startParticipants();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const nextKey = () => `key-${++keys}`;
const sleep = () => lab.chassis('catalog').clock.sleep(10);
const off = { enabled: false };
const on = { enabled: true };

/** The events of an order that a service has told, as they were sent. */
async function eventsOf(name: 'orders' | 'inventory', orderId: string, type: string) {
  const rows = await lab
    .chassis(name)
    .database.query<{ id: string; payload: unknown }>(
      'read outbox of test',
      'SELECT id, payload FROM outbox WHERE aggregate_id = $1 AND event_type = $2',
      [orderId, type],
    );
  return rows.map((row): DomainEvent => {
    const envelope = { type, version: 1, occurredAt: 0, key: orderId, correlationId: 'c-1' };
    return { ...row, ...envelope };
  });
}

/** Places orders until one of them has passed: events of the same partitions before it did, too. */
async function letPass() {
  const passed = await placeOrder(lab, { key: nextKey(), fulfilment: 'choreographed' });
  expect(passed.state).toBe('confirmed');
}

describe('the inbox of the inventory', () => {
  it('is what keeps stock from being reserved twice, and money from being taken twice', async () => {
    const order = { key: nextKey(), fulfilment: 'choreographed', quantity: 2 };
    const { orderId } = await placeOrder(lab, order);
    const created = await eventsOf('orders', orderId, 'order.created');
    const { producer } = lab.chassis('orders');

    await lab.change('inventory', { inbox: off });
    await producer.send('orders.events', created);
    // The second charge is told of like the first: a second parcel leaves.
    while ((await effectsOf(lab, orderId)).parcels < 2) await sleep();
    expect((await effectsOf(lab, orderId)).captures).toBe(2);
    expect((await effectsOf(lab, orderId)).items).toEqual([{ sku: 'P-0001', quantity: 4 }]);

    await lab.change('inventory', { inbox: on });
    const before = await effectsOf(lab, orderId);
    await producer.send('orders.events', created);
    await letPass();
    expect(await effectsOf(lab, orderId)).toEqual(before);
  });
});

describe('the inbox of the payments', () => {
  it('is what keeps an event from a second charge', async () => {
    const { orderId } = await placeOrder(lab, { key: nextKey(), fulfilment: 'choreographed' });
    const reserved = await eventsOf('inventory', orderId, 'stock.reserved');
    const { producer } = lab.chassis('inventory');
    await lab.change('payments', { inbox: off });
    await producer.send('inventory.events', reserved);
    // The second charge is told of like the first: a second parcel leaves.
    while ((await effectsOf(lab, orderId)).parcels < 2) await sleep();
    expect((await effectsOf(lab, orderId)).captures).toBe(2);
    await lab.change('payments', { inbox: on });
    const before = await effectsOf(lab, orderId);
    await producer.send('inventory.events', reserved);
    await letPass();
    expect(await effectsOf(lab, orderId)).toEqual(before);
  });
});

describe('idempotency keys', () => {
  const headers = { 'idempotency-key': 'the same' };

  it('of payments are what keeps a repeated request from a second charge', async () => {
    const body = { orderId: 'order-of-switch', amountCents: 100, currency: 'EUR' };
    const charge = () => lab.request('payments', 'POST', '/charges', body, headers);
    await lab.change('payments', { idempotency: off });
    const first = await charge();
    await charge();
    expect((await effectsOf(lab, body.orderId)).captures).toBe(2);
    await lab.change('payments', { idempotency: on });
    expect(await charge()).toEqual(first);
    expect((await effectsOf(lab, body.orderId)).captures).toBe(2);
  });

  it('of orders are what keeps a repeated request from a second order', async () => {
    const items = [{ sku: 'P-0002', quantity: 1 }];
    const place = () =>
      lab.request('orders', 'POST', '/orders', { customerId: 'ada', items }, headers);
    await lab.change('orders', { idempotency: off });
    const orderIds = [await place(), await place()].map(({ body }) => String(body['orderId']));
    for (const orderId of orderIds) await endingOf(lab, orderId);
    expect(new Set(orderIds).size).toBe(2);
    const rows = await Promise.all(orderIds.map((orderId) => lab.row('orders', orderId)));
    expect(rows.map((row) => row?.['repeats'])).toEqual([0, 1]);
    await lab.change('orders', { idempotency: on });
    expect((await place()).body['orderId']).toBe(orderIds[0]);
  });
});

describe('the saga', () => {
  const tooLarge = { sku: 'P-0002', quantity: 201 };

  it.each(['orchestrated', 'choreographed'])(
    'is what gives money and stock of an order back that cannot be shipped (%s)',
    async (fulfilment) => {
      await lab.change('orders', { saga: off });
      const lost = await placeOrder(lab, { key: nextKey(), fulfilment, ...tooLarge });
      expect(lost).toMatchObject({ state: 'failed', failure: { code: 'parcel-too-large' } });
      const kept = await effectsOf(lab, lost.orderId);
      expect(kept).toMatchObject({ captures: 1, items: [tooLarge], parcels: 0 });
      expect(kept.keptCents).toBeGreaterThan(0);
      expect((await lab.row('orders', lost.orderId))?.['traceId']).toMatch(/^[0-9a-f]{32}$/);

      await lab.change('orders', { saga: on });
      const undone = await placeOrder(lab, { key: nextKey(), fulfilment, ...tooLarge });
      expect(undone.state).toBe('failed');
      const none = { captures: expect.any(Number) as number, keptCents: 0, items: [], parcels: 0 };
      expect(await effectsOf(lab, undone.orderId)).toEqual(none);
    },
  );

  it('confirms orders even when it is switched off, as long as nothing goes wrong', async () => {
    await lab.change('orders', { saga: off });
    await letPass();
    await lab.change('orders', { saga: on });
  });
});
