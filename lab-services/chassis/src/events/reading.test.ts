import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isTransientError } from '../core/index.ts';
import { readPayload, UnreadableEventError } from './reading.ts';

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

  it('that cannot be read is not tried for ever, whatever words its error has', () => {
    expect(isTransientError(new UnreadableEventError('connection: required'))).toBe(false);
  });
});
