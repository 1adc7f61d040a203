import { createRandom } from '@faultline/chassis/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, overdueMove, readMessage, type Message } from './choreography.ts';
import { NEW_SAGA, transition, type Saga } from './saga.ts';

const LIMITS = { failures: 2, durationMs: 60_000 };
const failure = { code: 'payment-declined', detail: 'No' };

const told = (type: string, why: Message['failure'] = null): Message => ({ type, failure: why });

const CONFIRMED = ['stock.reserved', 'payment.completed', 'shipment.created'].map((type) =>
  told(type),
);
const DECLINED = [told('stock.reserved'), told('payment.failed', failure), told('stock.released')];
const NOT_SHIPPED = [
  told('stock.reserved'),
  told('payment.completed'),
  told('shipment.failed', { code: 'parcel-too-large', detail: 'No' }),
  told('payment.refunded'),
  told('stock.released'),
];

/** The saga after hearing the messages one by one. */
function hear(messages: readonly Message[], from: Saga = NEW_SAGA): Saga {
  const heard: Message[] = [];
  let saga = from;
  for (const message of messages) {
    heard.push(message);
    saga = advance(saga, heard, 0, LIMITS).at(-1)?.next ?? saga;
  }
  return saga;
}

function shuffle<T>(items: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe('a choreographed saga', () => {
  it.each([
    ['completed', CONFIRMED],
    ['compensated', [told('stock.rejected', failure)]],
    ['compensated', DECLINED],
    ['compensated', NOT_SHIPPED],
  ])('is %s by its events, in whatever order and however often they come', (state, messages) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 5 }), (seed, again) => {
        const delivered = shuffle([...messages, ...messages.slice(0, again)], seed);
        expect(hear(delivered).state).toBe(state);
      }),
    );
  });

  it.each([CONFIRMED, DECLINED, NOT_SHIPPED])(
    'waits for as long as one of its events is missing (%#)',
    (...messages) => {
      for (const missing of messages) {
        const saga = hear(messages.filter((message) => message !== missing));
        expect(['running', 'compensating']).toContain(saga.state);
      }
    },
  );

  it('that nobody moves is given up, and compensated when all participants confirmed it', () => {
    const waitedFor = {
      service: 'payments',
      unavailable: 'payment-unavailable',
      durationMs: 10_000,
    };
    const running = hear([told('stock.reserved')]);
    const move = overdueMove(running, waitedFor);
    if (!move) throw new Error('it is overdue');
    const cancelled = transition(running, move, 0, LIMITS);
    expect(cancelled).toMatchObject({
      state: 'compensating',
      remaining: ['ship', 'charge', 'reserve-stock'],
      failure: { step: 'charge', detail: 'payments told nothing for 10 s' },
    });
    const undone = ['stock.released', 'payment.refunded', 'shipment.cancelled'].map((type) =>
      told(type),
    );
    expect(hear(undone.slice(0, 2), cancelled).state).toBe('compensating');
    expect(hear(undone, cancelled).state).toBe('compensated');
    // What was done in the meantime is told of late, and changes nothing.
    expect(hear([...CONFIRMED, ...undone], cancelled).state).toBe('compensated');
  });

  it('is stuck when it was asked for too often', () => {
    const waitedFor = {
      service: 'shipping',
      unavailable: 'shipping-unavailable',
      durationMs: 5_000,
    };
    let saga: Saga = NEW_SAGA;
    for (let time = 0; time < 3; time++) {
      const move = overdueMove(saga, waitedFor);
      if (move) saga = transition(saga, move, 0, LIMITS);
    }
    expect(saga.state).toBe('stuck');
  });
});

describe('a message', () => {
  const event = (type: string, payload: unknown) => ({
    id: 'event-1',
    type,
    version: 1,
    occurredAt: 0,
    key: 'order-1',
    correlationId: 'c-1',
    payload,
  });

  it('is read with what it needs, whatever else it has', () => {
    expect(readMessage(event('stock.reserved', { orderId: 'order-1', news: 1 }))).toEqual({
      orderId: 'order-1',
      message: { type: 'stock.reserved', failure: null },
    });
  });

  it('of a failure must say why', () => {
    expect(() => readMessage(event('payment.failed', { orderId: 'order-1' }))).toThrow(/failure/);
  });

  it('of another kind is none', () => {
    expect(readMessage(event('stock.counted', {}))).toBeUndefined();
  });
});
