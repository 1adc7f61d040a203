import { createRandom } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../model/records.ts';
import { eventEntry, T0 } from '../testing/records.ts';
import { createSagaBook } from './sagas.ts';

function saga(id: string, steps: [event: string, step: string, state: string][]): LogEntry[] {
  return steps.map(([event, step, state], index) =>
    eventEntry(`saga.${event}`, T0 + index * 10, {
      'saga.id': id,
      'order.id': `order-of-${id}`,
      'saga.style': 'orchestrated',
      'saga.step': step,
      'saga.state': state,
      ...(event === 'step.failed' ? { 'saga.reason': 'card declined' } : {}),
    }),
  );
}

const compensated = saga('s1', [
  ['started', 'reserve-stock', 'running'],
  ['step.started', 'reserve-stock', 'running'],
  ['step.completed', 'reserve-stock', 'running'],
  ['step.started', 'charge', 'running'],
  ['step.failed', 'charge', 'running'],
  ['compensation.started', 'release-stock', 'compensating'],
  ['compensation.completed', 'release-stock', 'compensating'],
  ['compensated', 'release-stock', 'compensated'],
]);

describe('sagas', () => {
  it('end in the same state in whatever order, and however often, their events come', () => {
    const random = createRandom(3);
    for (let round = 0; round < 200; round += 1) {
      const book = createSagaBook();
      const events = [...compensated, ...compensated.slice(0, round % 8)]
        .map((event) => ({ event, key: random.next() }))
        .sort((a, b) => a.key - b.key);
      for (const { event } of events) book.add(event);
      expect(book.counts()).toEqual({ running: 0, completed: 0, compensated: 1, stuck: 0 });
      expect(book.get('s1')).toMatchObject({
        orderId: 'order-of-s1',
        state: 'compensated',
        step: 'release-stock',
        startedAt: T0,
        updatedAt: T0 + 70,
        endedAt: T0 + 70,
        reason: 'card declined',
      });
    }
  });

  it('say who is waited for and what remains, until they end', () => {
    const book = createSagaBook();
    const tell = (at: number, event: string, said: Record<string, string>) =>
      book.add(
        eventEntry(`saga.${event}`, T0 + at, {
          'saga.id': 's3',
          'order.id': 'o3',
          'saga.style': 'choreographed',
          ...said,
        }),
      );
    tell(0, 'step.started', {
      'saga.state': 'running',
      'saga.waiting_for': 'payments',
      'saga.remaining': 'charge,ship',
    });
    expect(book.get('s3')).toMatchObject({
      style: 'choreographed',
      waitingFor: 'payments',
      remaining: ['charge', 'ship'],
    });
    tell(0, 'step.started', {
      'saga.state': 'running',
      'saga.waiting_for': 'shipping',
      'saga.remaining': 'ship',
    });
    expect(book.get('s3')?.waitingFor).toBe('shipping');
    tell(5, 'completed', { 'saga.state': 'completed' });
    expect(book.get('s3')).toMatchObject({ waitingFor: null, remaining: [] });
  });

  it('count as running while they compensate', () => {
    const book = createSagaBook();
    for (const event of compensated.slice(0, 6)) book.add(event);
    expect(book.get('s1')?.state).toBe('compensating');
    expect(book.counts().running).toBe(1);
  });

  it('leave the stuck state when they are resumed', () => {
    const book = createSagaBook();
    const events = saga('s2', [
      ['started', 'a', 'running'],
      ['stuck', 'a', 'stuck'],
      ['resumed', 'a', 'running'],
      ['completed', 'a', 'completed'],
    ]);
    const states = events.map((event) => book.add(event)?.state);
    expect(states).toEqual(['running', 'stuck', 'running', 'completed']);
  });

  it('say nothing when an event tells nothing new', () => {
    const book = createSagaBook();
    for (const event of compensated) book.add(event);
    for (const event of compensated) expect(book.add(event)).toBeNull();
  });

  it('are found by state, by id, order or trace, and by time; newest first', () => {
    const book = createSagaBook();
    for (let index = 0; index < 5; index += 1) {
      for (const event of saga(`s${index}`, [['started', 'a', 'running']])) {
        book.add({ ...event, at: T0 + index });
      }
    }
    expect(book.list({ state: 'running' }).map(({ id }) => id)).toEqual([
      's4',
      's3',
      's2',
      's1',
      's0',
    ]);
    expect(book.list({ state: 'stuck' })).toEqual([]);
    expect(book.list({ q: 'order-of-s2' }).map(({ id }) => id)).toEqual(['s2']);
    expect(book.list({ from: T0 + 1, to: T0 + 2 }).map(({ id }) => id)).toEqual(['s2', 's1']);
  });

  it('are forgotten beyond the limit, ended ones first', () => {
    const book = createSagaBook(3);
    for (const event of saga('old', [['started', 'a', 'running']])) book.add(event);
    for (const event of compensated) book.add(event);
    for (const id of ['x', 'y']) {
      for (const event of saga(id, [['started', 'a', 'running']])) book.add(event);
    }
    expect(book.get('s1')).toBeUndefined();
    expect(book.get('old')).toBeDefined();
    expect(book.counts()).toEqual({ running: 3, completed: 0, compensated: 0, stuck: 0 });
  });
});
