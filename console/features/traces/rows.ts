import type { SpanNode, SpanTree } from './tree.ts';

/** One line of the waterfall. */
export type WaterfallRow =
  | {
      kind: 'span';
      /** Unique in the trace; for spans the span id. */
      id: string;
      node: SpanNode;
      /** The call that had `node` as its only attempt and shares its line; null for all others. */
      call: SpanNode | null;
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

/** Which lines are closed and which stand apart. */
export interface Folds {
  /** Spans whose children are left out. */
  collapsed: ReadonlySet<string>;
  /** Whether a call and its only attempt share one line: they last equally long and say the same. */
  attempts: boolean;
}

/** Every span on a line of its own. */
export const UNFOLDED: Folds = { collapsed: new Set(), attempts: false };

/** Name of the span event that the chassis writes before each pause. */
const BACKOFF_EVENT = 'resilience.backoff';

/** A span that waits for its line, or a line that waits for its place. */
type Pending = { node: SpanNode; depth: number; startMs: number } | WaterfallRow;

/**
 * The visible lines, top to bottom: parents before children, by start time; pauses between
 * attempts stand among the attempts; children of a collapsed span are left out.
 */
export function waterfallRows(tree: SpanTree, folds: Folds): WaterfallRow[] {
  const rows: WaterfallRow[] = [];
  const stack: Pending[] = tree.roots.map((node) => pending(node, 0)).reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    if ('kind' in next) {
      rows.push(next);
      continue;
    }
    const { node: outer, depth } = next;
    const attempt = folds.attempts ? onlyAttempt(outer) : null;
    const node = attempt ?? outer;
    const isCollapsed = folds.collapsed.has(node.span.spanId);
    rows.push({
      kind: 'span',
      id: node.span.spanId,
      node,
      call: attempt && outer,
      depth,
      startMs: outer.startMs,
      durationMs: outer.span.durationMs,
      childCount: node.children.length,
      collapsed: isCollapsed,
    });
    if (isCollapsed) continue;
    const below = belowOf(node, depth + 1, tree.startedAt);
    for (const child of below.reverse()) stack.push(child);
  }
  return rows;
}

/** Whether a line is the one of a span; a shared line is that of its call, too. */
export function isSelected(row: WaterfallRow, spanId: string | null): boolean {
  return (
    spanId !== null &&
    (row.id === spanId || (row.kind === 'span' && row.call?.span.spanId === spanId))
  );
}

/** The attempt of a call that succeeded or failed with its first; null when there is more to see. */
export function onlyAttempt(call: SpanNode): SpanNode | null {
  const [attempt] = call.children;
  if (!attempt || call.children.length > 1 || attempt.span.service !== call.span.service)
    return null;
  if (call.span.attributes['resilience.attempt'] !== undefined) return null;
  if (attempt.span.attributes['resilience.attempt'] === undefined) return null;
  return call.span.events.some((event) => event.name === BACKOFF_EVENT) ? null : attempt;
}

/** The pauses within one span, in the order in which they happened. */
export function pausesOf({ span }: SpanNode, traceStartedAt: number) {
  return span.events
    .filter((event) => event.name === BACKOFF_EVENT)
    .map((event) => ({
      startMs: event.at - traceStartedAt,
      durationMs: Number(event.attributes.delay_ms ?? 0),
    }));
}

function belowOf(node: SpanNode, depth: number, traceStartedAt: number): Pending[] {
  const children = node.children.map((child) => pending(child, depth));
  const pauses = pausesOf(node, traceStartedAt).map((pause, index): WaterfallRow => ({
    kind: 'backoff',
    id: `${node.span.spanId}/backoff-${index}`,
    service: node.span.service,
    depth,
    ...pause,
  }));
  if (pauses.length === 0) return children;
  return [...children, ...pauses].sort((a, b) => a.startMs - b.startMs);
}

function pending(node: SpanNode, depth: number): Pending {
  return { node, depth, startMs: node.startMs };
}

/** Ids of all spans that have children: what "collapse all" collapses. */
export function collapsible(tree: SpanTree): string[] {
  const ids: string[] = [];
  const stack = [...tree.roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.children.length > 0) ids.push(node.span.spanId);
    for (const child of node.children) stack.push(child);
  }
  return ids;
}
