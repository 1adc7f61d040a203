import type { SpanNode, SpanTree } from './tree.ts';

/** Spans of one service and operation. */
export interface SpanGroup {
  service: string;
  name: string;
  count: number;
  errors: number;
  /** Time in which no child was running. */
  selfMs: number;
  totalMs: number;
  maxMs: number;
  /** The slowest of them, to open. */
  longestSpanId: string;
}

/** Adds spans up by service and operation; most own time first. */
export function groupSpans(tree: SpanTree): SpanGroup[] {
  const groups = new Map<string, SpanGroup>();
  const stack = [...tree.roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children) stack.push(child);
    const { span } = node;
    const key = `${span.service} ${span.name}`;
    const group = groups.get(key) ?? emptyGroup(node);
    const longer = span.durationMs > group.maxMs;
    groups.set(key, {
      ...group,
      count: group.count + 1,
      errors: group.errors + (span.status === 'error' ? 1 : 0),
      selfMs: group.selfMs + selfTimeMs(node),
      totalMs: group.totalMs + span.durationMs,
      maxMs: Math.max(group.maxMs, span.durationMs),
      longestSpanId: longer ? span.spanId : group.longestSpanId,
    });
  }
  return [...groups.values()].sort((a, b) => b.selfMs - a.selfMs || a.name.localeCompare(b.name));
}

/** Duration of a span less the union of its children's, which may overlap or outlive it. */
export function selfTimeMs(node: SpanNode): number {
  let covered = 0;
  let cursor = node.startMs;
  for (const child of node.children) {
    const from = Math.max(child.startMs, cursor);
    const to = Math.min(child.endMs, node.endMs);
    if (to <= from) continue;
    covered += to - from;
    cursor = to;
  }
  return node.endMs - node.startMs - covered;
}

function emptyGroup({ span }: SpanNode): SpanGroup {
  return {
    service: span.service,
    name: span.name,
    count: 0,
    errors: 0,
    selfMs: 0,
    totalMs: 0,
    maxMs: -1,
    longestSpanId: span.spanId,
  };
}
