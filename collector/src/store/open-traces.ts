import type { SpanRecord } from '../model/records.ts';
import { addToDigest, beginDigest, type TraceDigest } from './trace-digest.ts';

/** A trace without a new span for this long is written to the store. */
const QUIET_MS = 2000;
/** Open traces beyond this many are written before their time, the quietest first. */
const MAX_OPEN = 20_000;

/** Traces that may still grow. A late span opens a written trace again. */
export interface OpenTraces {
  add(spans: readonly SpanRecord[], nowMs: number): void;
  /** Takes out the traces that have been quiet; all of them with `everything`. */
  takeQuiet(nowMs: number, everything?: boolean): TraceDigest[];
  get(traceId: string): TraceDigest | undefined;
  values(): Iterable<TraceDigest>;
}

/** Creates an empty set. */
export function createOpenTraces(): OpenTraces {
  // Insertion order is order of the last span: a touched trace is taken out and put in again.
  const open = new Map<string, { digest: TraceDigest; touchedMs: number }>();

  return {
    add(spans, nowMs) {
      for (const span of spans) {
        const entry = open.get(span.traceId);
        if (!entry) {
          open.set(span.traceId, { digest: beginDigest(span), touchedMs: nowMs });
          continue;
        }
        addToDigest(entry.digest, span);
        if (entry.touchedMs !== nowMs) {
          entry.touchedMs = nowMs;
          open.delete(span.traceId);
          open.set(span.traceId, entry);
        }
      }
    },
    takeQuiet(nowMs, everything = false) {
      const taken: TraceDigest[] = [];
      for (const [traceId, { digest, touchedMs }] of open) {
        if (!everything && open.size <= MAX_OPEN && nowMs - touchedMs < QUIET_MS) break;
        open.delete(traceId);
        taken.push(digest);
      }
      return taken;
    },
    get: (traceId) => open.get(traceId)?.digest,
    *values() {
      for (const { digest } of open.values()) yield digest;
    },
  };
}
