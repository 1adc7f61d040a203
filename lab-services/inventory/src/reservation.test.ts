import { describe, expect, it } from 'vitest';
import { findShortage, normaliseItems, sameItems } from './reservation.ts';

describe('the items of a reservation', () => {
  it('are merged by sku and put in order', () => {
    const items = [
      { sku: 'P-0002', quantity: 1 },
      { sku: 'P-0001', quantity: 2 },
      { sku: 'P-0002', quantity: 3 },
    ];
    expect(normaliseItems(items)).toEqual([
      { sku: 'P-0001', quantity: 2 },
      { sku: 'P-0002', quantity: 4 },
    ]);
  });

  it('fit when the shelf holds exactly as many', () => {
    const items = [{ sku: 'P-0001', quantity: 2 }];
    expect(findShortage(items, [{ sku: 'P-0001', available: 2 }])).toBeUndefined();
  });

  it('do not fit when one unit is missing', () => {
    const items = [{ sku: 'P-0001', quantity: 3 }];
    expect(findShortage(items, [{ sku: 'P-0001', available: 2 }])).toEqual({
      kind: 'insufficient',
      sku: 'P-0001',
      requested: 3,
      available: 2,
    });
  });

  it('name the product nobody knows', () => {
    expect(findShortage([{ sku: 'P-9999', quantity: 1 }], [])).toEqual({
      kind: 'unknown-sku',
      sku: 'P-9999',
    });
  });

  it('differ by quantity and by length', () => {
    const one = [{ sku: 'P-0001', quantity: 1 }];
    expect(sameItems(one, [{ sku: 'P-0001', quantity: 1 }])).toBe(true);
    expect(sameItems(one, [{ sku: 'P-0001', quantity: 2 }])).toBe(false);
    expect(sameItems(one, [])).toBe(false);
  });
});
