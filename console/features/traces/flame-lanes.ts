import type { SpanNode, SpanTree } from './tree.ts';

/** A span and the lane it is drawn in, counted from the top. */
export interface FlameCell {
  node: SpanNode;
  lane: number;
}

/**
 * Puts every span into the highest lane below its parent that is free for its time: concurrent
 * siblings stand below each other in place of hiding each other.
 */
export function flameLanes({ roots }: SpanTree): { cells: FlameCell[]; lanes: number } {
  const cells: FlameCell[] = [];
  const freeFromMs: number[] = [];
  const stack: { node: SpanNode; minimum: number }[] = [...roots]
    .reverse()
    .map((node) => ({ node, minimum: 0 }));
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, minimum } = next;
    let lane = minimum;
    while ((freeFromMs[lane] ?? -Infinity) > node.startMs) lane += 1;
    freeFromMs[lane] = node.endMs;
    cells.push({ node, lane });
    for (const child of [...node.children].reverse())
      stack.push({ node: child, minimum: lane + 1 });
  }
  return { cells, lanes: freeFromMs.length };
}
