import {
  array,
  assert,
  constantFrom,
  integer,
  property,
  record,
  shuffledSubarray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../log/history-log.ts';
import { LONGEST_TIMELINE, project, type OrderView } from './order-view.ts';
import { createTotalsDelta } from './totals.ts';

let position = 0;

function entry(type: string, orderVersion: number, changes: Partial<LogEntry> = {}): LogEntry {
  position++;
  return {
    position,
    eventId: `order-1/${orderVersion}`,
    type,
    correlationId: 'c',
    traceId: null,
    occurredAt: 1_000 + orderVersion,
    payload: {
      orderId: 'order-1',
      orderVersion,
      customerId: 'ada',
      items: [{ sku: 'P-0001', quantity: 2, name: 'Copper kettle', unitPriceCents: 4_900 }],
      totalCents: 9_800,
      currency: 'EUR',
      ...(type === 'order.failed'
        ? { failure: { step: 'charge', code: 'payment-declined', detail: 'x' } }
        : {}),
    },
    ...changes,
  };
}

const viewOf = (entries: readonly LogEntry[]) =>
  entries.reduce<OrderView | undefined>((view, one) => project(view, one), undefined);

const STORY = [
  entry('order.created', 1),
  entry('order.stock-reserved', 2),
  entry('order.charged', 3),
  entry('order.shipped', 4),
  entry('order.confirmed', 5),
];

describe('the view of an order', () => {
  it('is the same in whatever order its events are read', () => {
    const expected = viewOf(STORY);
    expect(expected).toMatchObject({
      state: 'confirmed',
      version: 5,
      createdAt: 1_001,
      updatedAt: 1_005,
      fulfilment: { stock: 'reserved', payment: 'charged', shipment: 'shipped' },
    });
    const anyOrder = shuffledSubarray(STORY, { minLength: STORY.length });
    assert(
      property(anyOrder, (entries) => {
        expect(viewOf(entries)).toEqual(expected);
      }),
    );
  });

  it('says why the order failed', () => {
    const view = viewOf([STORY[0]!, entry('order.failed', 2)]);
    expect(view).toMatchObject({ state: 'failed', failure: { code: 'payment-declined' } });
  });

  it('names products by sku and prices them by the mean until an event knows better', () => {
    const old = entry('order.created', 1);
    const { orderVersion: _, ...rest } = old.payload;
    old.payload = { ...rest, items: [{ sku: 'P-0001', quantity: 2 }] };
    expect(viewOf([old])?.items).toEqual([
      { sku: 'P-0001', quantity: 2, name: 'P-0001', unitPriceCents: 4_900 },
    ]);
    expect(viewOf([old, STORY[4]!])?.items[0]?.name).toBe('Copper kettle');
  });

  it('does not grow without bound', () => {
    const flood = Array.from({ length: LONGEST_TIMELINE + 50 }, () => entry('order.charged', 3));
    expect(viewOf(flood)?.timeline).toHaveLength(LONGEST_TIMELINE);
  });
});

describe('the sums', () => {
  it('are those of the views, however the events are cut into batches', () => {
    const events = array(
      record({
        order: integer({ min: 1, max: 4 }),
        type: constantFrom('order.created', 'order.charged', 'order.confirmed', 'order.failed'),
        customer: constantFrom('ada', 'grace'),
        cut: constantFrom(true, false),
      }),
      { maxLength: 30 },
    );
    assert(
      property(events, (drawn) => {
        const views = new Map<string, OrderView>();
        const sums = new Map<string, number[]>();
        let delta = createTotalsDelta();
        let before = new Map(views);
        const flush = () => {
          for (const view of views.values()) delta.replace(before.get(view.orderId), view);
          for (const one of delta.customers()) {
            const sum = sums.get(one.customerId) ?? [0, 0, 0, 0];
            const change = [one.orders, one.confirmed, one.failed, one.confirmedCents];
            sums.set(
              one.customerId,
              sum.map((value, at) => value + change[at]!),
            );
          }
          delta = createTotalsDelta();
          before = new Map(views);
        };
        drawn.forEach(({ order, type, cut }, at) => {
          const one = entry(type, at + 1);
          one.payload.orderId = `order-${order}`;
          one.payload.customerId = order % 2 ? 'ada' : 'grace';
          views.set(one.payload.orderId, project(views.get(one.payload.orderId), one));
          if (cut) flush();
        });
        flush();
        for (const customerId of ['ada', 'grace']) {
          const own = [...views.values()].filter((view) => view.customerId === customerId);
          const confirmed = own.filter(({ state }) => state === 'confirmed');
          expect(sums.get(customerId) ?? [0, 0, 0, 0]).toEqual([
            own.length,
            confirmed.length,
            own.filter(({ state }) => state === 'failed').length,
            confirmed.length * 9_800,
          ]);
        }
      }),
    );
  });
});
