import type { SpanNode, SpanTree } from './tree.ts';

/** A span and the lane it is drawn in, counted from the top. */
export interface FlameCell {
  node: SpanNode;
  lane: number;
}

/** Lanes beyond this are not drawn: no one scrolls through them, and looking for room in them takes long. */
const MOST_LANES = 500;

/**
 * Puts every span into the highest lane below its parent that is free for its time: concurrent
 * siblings stand below each other in place of hiding each other.
 *
 * @returns cells by lane, each in ascending order of time where spans nest; and how many spans
 *   found no room
 */
export function flameLanes({ roots }: SpanTree): { lanes: FlameCell[][]; left: number } {
  const lanes: FlameCell[][] = [];
  let left = 0;
  const freeFromMs: number[] = [];
  const stack: { node: SpanNode; minimum: number }[] = [...roots]
    .reverse()
    .map((node) => ({ node, minimum: 0 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, minimum } = next;
    let lane = minimum;
    while (lane < MOST_LANES && (freeFromMs[lane] ?? -Infinity) > node.startMs) lane += 1;
    if (lane === MOST_LANES) left += 1;
    else {
      freeFromMs[lane] = node.endMs;
      (lanes[lane] ??= []).push({ node, lane });
    }
    for (const child of node.children.toReversed())
      stack.push({ node: child, minimum: Math.min(lane + 1, MOST_LANES) });
  }
  return { lanes, left };
}
