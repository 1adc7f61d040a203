import type { Span } from '@faultline/collector/contract';

/** A span in its place below its parent. Times relative to the start of the trace. */
export interface SpanNode {
  span: Span;
  depth: number;
  startMs: number;
  endMs: number;
  children: SpanNode[];
}

/** Spans as a forest, and the length of the whole. */
export interface SpanTree {
  roots: SpanNode[];
  /** Wall-clock start of the earliest span, epoch milliseconds. */
  startedAt: number;
  durationMs: number;
}

/**
 * Puts spans below their parents, siblings by start time. A span whose parent is missing (not
 * arrived, dropped, or part of a loop) becomes a root, so that every span is shown exactly once.
 */
export function buildTree(spans: readonly Span[]): SpanTree {
  const startedAt = spans.reduce((least, span) => Math.min(least, span.startedAt), Infinity);
  const nodes = new Map<string, SpanNode>();
  for (const span of spans) {
    const startMs = span.startedAt - startedAt;
    const endMs = startMs + span.durationMs;
    nodes.set(span.spanId, { span, depth: 0, startMs, endMs, children: [] });
  }

  const roots: SpanNode[] = [];
  const parentOf = (node: SpanNode): SpanNode | undefined =>
    nodes.get(node.span.parentSpanId ?? '');
  for (const node of nodes.values()) {
    const parent = parentOf(node);
    if (parent && parent !== node) parent.children.push(node);
    else roots.push(node);
  }

  const reached = new Set<SpanNode>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes.values()) {
    // Only a loop of parents is out of reach of every root: cut it above this span.
    if (reached.has(node)) continue;
    const parent = parentOf(node);
    if (parent) parent.children = parent.children.filter((child) => child !== node);
    roots.push(node);
    reach(node, reached);
  }

  roots.sort(byStart);
  const durationMs = [...reached].reduce((latest, node) => Math.max(latest, node.endMs), 0);
  return { roots, startedAt: Number.isFinite(startedAt) ? startedAt : 0, durationMs };
}

/** Sets depth and order of everything below `root`. */
function reach(root: SpanNode, reached: Set<SpanNode>): void {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    reached.add(node);
    node.children.sort(byStart);
    for (const child of node.children) {
      child.depth = node.depth + 1;
      stack.push(child);
    }
  }
}

/**
 * The span of the request itself: the longest root that says it has no parent, else the longest of
 * all; undefined for a trace without spans.
 */
export function mainRoot({ roots }: SpanTree): SpanNode | undefined {
  const longest = (nodes: readonly SpanNode[]) =>
    nodes.reduce<SpanNode | undefined>(
      (most, node) => (most && most.span.durationMs >= node.span.durationMs ? most : node),
      undefined,
    );
  return longest(roots.filter(({ span }) => span.parentSpanId === null)) ?? longest(roots);
}

/**
 * The status that the caller got: of the span nearest to the root that carries an HTTP status;
 * null when none does.
 */
export function answerStatus(tree: SpanTree): number | null {
  const root = mainRoot(tree);
  let level = root ? [root] : [];
  while (level.length > 0) {
    for (const { span } of level) {
      const status = Number(span.attributes['http.response.status_code']);
      if (Number.isInteger(status) && status > 0) return status;
    }
    level = level.flatMap((node) => node.children);
  }
  return null;
}

function byStart(a: SpanNode, b: SpanNode): number {
  return a.startMs - b.startMs;
}
