import type { SpanNode, SpanTree } from './tree.ts';

/** One line of the waterfall. */
export type WaterfallRow =
  | {
      kind: 'span';
      /** Unique in the trace; for spans the span id. */
      id: string;
      node: SpanNode;
      depth: number;
      startMs: number;
      durationMs: number;
      childCount: number;
      collapsed: boolean;
    }
  /** A pause between two attempts: nothing ran, the caller waited. */
  | {
      kind: 'backoff';
      id: string;
      service: string;
      depth: number;
      startMs: number;
      durationMs: number;
    };

/** Name of the span event that the chassis writes before each pause. */
const BACKOFF_EVENT = 'resilience.backoff';

/**
 * The visible lines, top to bottom: parents before children, by start time; pauses between
 * attempts stand among the attempts; children of a collapsed span are left out.
 */
export function waterfallRows(tree: SpanTree, collapsed: ReadonlySet<string>): WaterfallRow[] {
  const rows: WaterfallRow[] = [];
  const stack: (SpanNode | WaterfallRow)[] = [...tree.roots].reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    if ('kind' in next) {
      rows.push(next);
      continue;
    }
    const isCollapsed = collapsed.has(next.span.spanId);
    rows.push({
      kind: 'span',
      id: next.span.spanId,
      node: next,
      depth: next.depth,
      startMs: next.startMs,
      durationMs: next.span.durationMs,
      childCount: next.children.length,
      collapsed: isCollapsed,
    });
    if (!isCollapsed) stack.push(...belowOf(next, tree.startedAt).reverse());
  }
  return rows;
}

function belowOf(node: SpanNode, traceStartedAt: number): (SpanNode | WaterfallRow)[] {
  const pauses = node.span.events
    .filter((event) => event.name === BACKOFF_EVENT)
    .map((event, index): WaterfallRow => ({
      kind: 'backoff',
      id: `${node.span.spanId}/backoff-${index}`,
      service: node.span.service,
      depth: node.depth + 1,
      startMs: event.at - traceStartedAt,
      durationMs: Number(event.attributes.delay_ms ?? 0),
    }));
  if (pauses.length === 0) return [...node.children];
  return [...node.children, ...pauses].sort((a, b) => a.startMs - b.startMs);
}

/** Ids of all spans that have children: what "collapse all" collapses. */
export function collapsible(tree: SpanTree): string[] {
  const ids: string[] = [];
  const stack = [...tree.roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.children.length > 0) ids.push(node.span.spanId);
    stack.push(...node.children);
  }
  return ids;
}
