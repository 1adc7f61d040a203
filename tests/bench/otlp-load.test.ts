import { expect, it } from 'vitest';
import { createOtlpRequest, SPANS_PER_REQUEST } from './otlp-load.ts';

it('has ids of its own in every request, and times where the template has none', () => {
  const [one, other] = [createOtlpRequest(), createOtlpRequest()];
  expect(one).toHaveLength(other.length);
  expect(one.equals(other)).toBe(false);
  const blankId = Buffer.concat([Buffer.from([0x0a, 16]), Buffer.alloc(16)]);
  expect(one.includes(blankId)).toBe(false);
  expect(SPANS_PER_REQUEST).toBe(500);
});
