import { mainRoot, type SpanNode, type SpanTree } from './tree.ts';

/** A stretch of time during which nothing but this span kept the trace from ending. */
export interface CriticalSegment {
  spanId: string;
  fromMs: number;
  toMs: number;
}

/**
 * The critical path: walking back from the end of the root, time belongs to the child that ended
 * last before the cursor, and to the span itself where no child was running. Children that outlive
 * their parent (asynchronous work) count only while the parent lasts.
 *
 * @returns segments in ascending order, without overlap; together they cover the root's duration
 */
export function criticalPath(tree: SpanTree): CriticalSegment[] {
  const root = mainRoot(tree);
  if (!root) return [];

  const segments: CriticalSegment[] = [];
  const stack: { node: SpanNode; fromMs: number; toMs: number }[] = [
    { node: root, fromMs: root.startMs, toMs: root.endMs },
  ];
  for (let work = stack.pop(); work; work = stack.pop()) {
    const { node, fromMs, toMs } = work;
    let cursor = toMs;
    const byEndDescending = [...node.children].sort((a, b) => b.endMs - a.endMs);
    for (const child of byEndDescending) {
      const from = Math.max(child.startMs, fromMs);
      const to = Math.min(child.endMs, cursor);
      if (to <= from) continue;
      addSegment(segments, node.span.spanId, to, cursor);
      stack.push({ node: child, fromMs: from, toMs: to });
      cursor = from;
    }
    addSegment(segments, node.span.spanId, fromMs, cursor);
  }
  return segments.sort((a, b) => a.fromMs - b.fromMs);
}

function addSegment(
  segments: CriticalSegment[],
  spanId: string,
  fromMs: number,
  toMs: number,
): void {
  if (toMs > fromMs) segments.push({ spanId, fromMs, toMs });
}
