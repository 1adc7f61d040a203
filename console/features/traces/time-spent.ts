import type { CriticalSegment } from './critical-path.ts';
import { pausesOf } from './rows.ts';
import type { SpanNode, SpanTree } from './tree.ts';

/** A share of the trace's time, and what it was spent on. */
export interface TimeShare {
  label: string;
  kind: 'link' | 'service' | 'backoff' | 'rest';
  durationMs: number;
  /** Of the critical path, 0 to 1. */
  ratio: number;
  failed: boolean;
}

/**
 * Where the time of a trace went: the critical path, added up by line (for spans that cross one),
 * by pauses between attempts, and by service for everything else. Largest first; what is beyond
 * `most` is one row.
 */
export function timeSpent(tree: SpanTree, path: readonly CriticalSegment[], most = 4): TimeShare[] {
  const nodes = nodesById(tree);
  const shares = new Map<string, TimeShare>();
  const add = (label: string, kind: TimeShare['kind'], durationMs: number, failed: boolean) => {
    if (durationMs <= 0) return;
    const share = shares.get(label) ?? { label, kind, durationMs: 0, ratio: 0, failed: false };
    shares.set(label, {
      ...share,
      durationMs: share.durationMs + durationMs,
      failed: share.failed || failed,
    });
  };

  for (const { spanId, fromMs, toMs } of path) {
    const node = nodes.get(spanId);
    if (!node) continue;
    const { span } = node;
    const waitedMs = pausesOf(node, tree.startedAt).reduce(
      (sum, pause) => sum + overlap(pause.startMs, pause.durationMs, fromMs, toMs),
      0,
    );
    add('backoff', 'backoff', waitedMs, false);
    const failed = span.status === 'error';
    if (span.link) add(span.link, 'link', toMs - fromMs - waitedMs, failed);
    else add(span.service, 'service', toMs - fromMs - waitedMs, false);
  }
  return ranked([...shares.values()], most);
}

function nodesById({ roots }: SpanTree): ReadonlyMap<string, SpanNode> {
  const nodes = new Map<string, SpanNode>();
  const stack = [...roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    nodes.set(node.span.spanId, node);
    for (const child of node.children) stack.push(child);
  }
  return nodes;
}

function overlap(startMs: number, durationMs: number, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(startMs + durationMs, toMs) - Math.max(startMs, fromMs));
}

function ranked(shares: readonly TimeShare[], most: number): TimeShare[] {
  const wholeMs = shares.reduce((sum, share) => sum + share.durationMs, 0);
  const sorted = [...shares].sort((a, b) => b.durationMs - a.durationMs);
  const rest = sorted.slice(most);
  const shown = sorted.slice(0, most);
  if (rest.length > 0) {
    shown.push({
      label: 'everything else',
      kind: 'rest',
      durationMs: rest.reduce((sum, share) => sum + share.durationMs, 0),
      ratio: 0,
      failed: false,
    });
  }
  return shown.map((share) => ({ ...share, ratio: wholeMs > 0 ? share.durationMs / wholeMs : 0 }));
}
