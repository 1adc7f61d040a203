import { describe, expect, it } from 'vitest';
import {
  authorisationRequestSchema,
  CARD_LIMIT_UNITS,
  refusalOf,
  toUnits,
  toValue,
} from './authorisation.ts';

describe('a value', () => {
  it.each([
    ['0.00', 0],
    ['0.05', 5],
    ['49.00', 4_900],
    ['5000.01', 500_001],
  ])('%s is %i minor units, there and back', (value, units) => {
    expect(toUnits(value)).toBe(units);
    expect(toValue(units)).toBe(value);
  });

  it.each(['49', '49.0', '049.00', '-1.00', '1e3', '1,00', ''])('is refused as %j', (value) => {
    expect(authorisationRequestSchema.shape.value.safeParse(value).success).toBe(false);
  });
});

describe('a card', () => {
  it('takes its limit and not one unit more', () => {
    expect(refusalOf(CARD_LIMIT_UNITS)).toBeNull();
    expect(refusalOf(CARD_LIMIT_UNITS + 1)).toBe('LIMIT_EXCEEDED');
  });
});
