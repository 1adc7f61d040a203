import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isTransientError, readPayload, UnreadableEventError } from './reading.ts';

const event = {
  id: 'event-1',
  type: 'stock.reserved',
  version: 1,
  occurredAt: 0,
  key: 'order-1',
  correlationId: 'c-1',
  payload: { orderId: 'order-1', totalCents: -1, news: true },
};

describe('a payload', () => {
  it('is read without the fields nobody asked for', () => {
    expect(readPayload(event, z.object({ orderId: z.string() }))).toEqual({ orderId: 'order-1' });
  });

  it('that breaks a rule is refused with the field and the rule', () => {
    const schema = z.object({ totalCents: z.int().min(0) });
    expect(() => readPayload(event, schema)).toThrow(/stock.reserved event-1 .*totalCents: .*>=0/);
  });
});

describe('an error', () => {
  const withCode = (code: string) => Object.assign(new Error('no'), { code });

  it.each([
    withCode('ECONNREFUSED'),
    withCode('57P01'),
    withCode('40001'),
    withCode('08006'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
  ])('of a dependency that is away is transient: %s', (error) => {
    expect(isTransientError(error)).toBe(true);
  });

  it.each([
    withCode('23514'),
    withCode('22P02'),
    withCode('42703'),
    new TypeError('x is undefined'),
    new UnreadableEventError('connection: required'),
    'thrown text',
  ])('that the event causes is not: %s', (error) => {
    expect(isTransientError(error)).toBe(false);
  });
});
