import type { Span } from '@faultline/collector/contract';

/** One line of a drawn trace. */
export interface WaterfallRow {
  /** Service and operation, indented by depth, padded to one width. */
  label: string;
  /** The span's place in the trace, drawn in `BAR_WIDTH` characters. */
  bar: string;
  durationMs: number;
  failed: boolean;
}

const LABEL_WIDTH = 52;
const BAR_WIDTH = 40;

/**
 * Draws spans as a waterfall: parents before children, siblings by start time. Spans whose parent
 * is missing stand at the top, as roots.
 */
export function waterfall(spans: readonly Span[]): WaterfallRow[] {
  const known = new Set(spans.map((span) => span.spanId));
  const children = Map.groupBy(spans, (span) =>
    span.parentSpanId !== null && known.has(span.parentSpanId) ? span.parentSpanId : null,
  );
  const from = Math.min(...spans.map((span) => span.startedAt));
  const until = Math.max(...spans.map((span) => span.startedAt + span.durationMs));
  const drawn = new Set<string>();

  function* rows(parent: string | null, depth: number): Generator<WaterfallRow> {
    const siblings = [...(children.get(parent) ?? [])].sort((a, b) => a.startedAt - b.startedAt);
    for (const span of siblings) {
      if (drawn.has(span.spanId)) continue;
      drawn.add(span.spanId);
      yield {
        label: label(span, depth),
        bar: bar(span, from, Math.max(until - from, Number.EPSILON)),
        durationMs: span.durationMs,
        failed: span.status === 'error',
      };
      yield* rows(span.spanId, depth + 1);
    }
  }
  return [...rows(null, 0)];
}

function label(span: Span, depth: number): string {
  const text = `${'  '.repeat(Math.min(depth, 12))}${span.service} ${span.name}`;
  return text.length > LABEL_WIDTH
    ? `${text.slice(0, LABEL_WIDTH - 1)}…`
    : text.padEnd(LABEL_WIDTH);
}

function bar(span: Span, from: number, wholeMs: number): string {
  const start = Math.floor(((span.startedAt - from) / wholeMs) * BAR_WIDTH);
  const length = Math.max(1, Math.round((span.durationMs / wholeMs) * BAR_WIDTH));
  const begin = Math.min(start, BAR_WIDTH - 1);
  return (
    ' '.repeat(begin) + '█'.repeat(Math.min(length, BAR_WIDTH - begin)).padEnd(BAR_WIDTH - begin)
  );
}
