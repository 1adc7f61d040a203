import { createRandom } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import { ddmin } from './ddmin.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('delta debugging', () => {
  it('finds exactly the items that are needed together', async () => {
    const needed = [3, 11, 12];
    const fails = async (part: readonly number[]) => needed.every((one) => part.includes(one));
    await expect(ddmin(numbers(20), fails)).resolves.toEqual(needed);
  });

  it('finds nothing to be needed when the empty list fails', async () => {
    await expect(ddmin(numbers(9), async () => true)).resolves.toEqual([]);
  });

  it('leaves no item that could be left out, in few tries, whatever fails', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = createRandom(seed);
      const count = 1 + Math.floor(random.next() * 12);
      const items = numbers(count);
      const weights = items.map(() => Math.floor(random.next() * 10) - 3);
      const sum = (part: readonly number[]) =>
        part.reduce((total, item) => total + (weights[item] ?? 0), 0);
      // Negative weights make it non-monotone: more items can fail less.
      const limit = sum(items);
      const isFailing = (part: readonly number[]) =>
        part.length > 0 && (sum(part) >= limit || part.length === count);
      const tried = new Set<string>();
      let tries = 0;
      const smallest = await ddmin(items, async (part) => {
        tries += 1;
        tried.add(part.join(' '));
        return isFailing(part);
      });
      expect(isFailing(smallest)).toBe(true);
      for (const left of smallest) {
        const without = smallest.filter((item) => item !== left);
        expect(isFailing(without)).toBe(false);
      }
      expect(smallest).toEqual(smallest.toSorted((one, other) => one - other));
      expect(tries).toBeLessThanOrEqual(count * count + 3 * count + 1);
      expect(tries).toBe(tried.size);
    }
  });

  it('stops when told to, with the smallest list that was seen to fail', async () => {
    let tries = 0;
    const fails = async (part: readonly number[]) => {
      tries += 1;
      return part.includes(1);
    };
    const smallest = await ddmin(numbers(16), fails, { stop: () => tries >= 2 });
    expect(smallest).toEqual(numbers(8));
    expect(tries).toBe(2);
  });
});
