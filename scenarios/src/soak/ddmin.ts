/** How far to go. */
export interface DdminLimits {
  /** Asked before each try; true ends the search with the smallest list that was seen to fail. */
  stop?: () => boolean;
}

/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002):
 * finds a part of `items`, in their order, that still fails and of which no item can be left out.
 * It takes at most n² + 3n + 1 tries for n items; no part is tried twice.
 *
 * @param items a list that fails
 * @param fails whether a part of it fails; the empty list is tried first
 */
export async function ddmin<Item>(
  items: readonly Item[],
  fails: (part: readonly Item[]) => Promise<boolean>,
  { stop = () => false }: DdminLimits = {},
): Promise<Item[]> {
  const known = new Map<string, boolean>();
  const test = async (part: readonly number[]): Promise<boolean> => {
    const key = part.join(' ');
    const before = known.get(key);
    if (before !== undefined || stop()) return before ?? false;
    const failed = await fails(itemsAt(items, part));
    known.set(key, failed);
    return failed;
  };
  let smallest = items.map((_item, index) => index);
  if (await test([])) return [];
  let granularity = Math.min(2, smallest.length);
  while (smallest.length > 1 && !stop()) {
    const parts = split(smallest, granularity);
    const part = await firstFailing(parts, test);
    if (part) {
      smallest = part;
      granularity = Math.min(2, smallest.length);
      continue;
    }
    const rest = await firstFailing(complements(smallest, parts), test);
    if (rest) {
      smallest = rest;
      granularity = Math.min(Math.max(granularity - 1, 2), smallest.length);
    } else if (granularity < smallest.length) {
      granularity = Math.min(granularity * 2, smallest.length);
    } else break;
  }
  return itemsAt(items, smallest);
}

function itemsAt<Item>(items: readonly Item[], indices: readonly number[]): Item[] {
  const wanted = new Set(indices);
  return items.filter((_item, index) => wanted.has(index));
}

function split(indices: readonly number[], count: number): number[][] {
  return Array.from({ length: count }, (_, part) =>
    indices.slice(
      Math.floor((part * indices.length) / count),
      Math.floor(((part + 1) * indices.length) / count),
    ),
  );
}

function complements(all: readonly number[], parts: readonly number[][]): number[][] {
  return parts.map((part) => all.filter((index) => !part.includes(index)));
}

async function firstFailing(
  parts: readonly number[][],
  test: (part: readonly number[]) => Promise<boolean>,
): Promise<number[] | undefined> {
  for (const part of parts) {
    if (await test(part)) return part;
  }
  return undefined;
}
