import { expect, it } from 'vitest';
import { createBoundedCache } from './bounded-cache.ts';

it('forgets the value that was set longest ago, and counts setting again as new', () => {
  const cache = createBoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.set('a', 3);
  cache.set('c', 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([3, undefined, 4]);
});
