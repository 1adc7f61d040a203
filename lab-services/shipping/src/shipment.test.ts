import { createRandom } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { makeTrackingCode } from './shipment.ts';

it('makes tracking codes without letters that look like digits', () => {
  const random = createRandom(1);
  for (let count = 0; count < 200; count++) {
    expect(makeTrackingCode(() => random.next())).toMatch(
      /^FL-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/,
    );
  }
});
