import type { LogEntry, MetricPoint, SpanRecord } from './model/records.ts';

/** What waits for the store. Bounded by count and by bytes. */
export interface Backlog {
  /** Queues items. @returns how many found no room: the newest are the ones refused */
  addSpans(spans: readonly SpanRecord[]): number;
  addLogs(logs: readonly LogEntry[]): number;
  addPoints(points: readonly MetricPoint[]): number;
  /** Empties the backlog. */
  take(): { spans: SpanRecord[]; logs: LogEntry[]; points: MetricPoint[] };
  readonly count: number;
}

/** Limits of a backlog. */
export interface BacklogLimits {
  /** Items (default 200,000: four seconds at 50,000 spans a second). */
  maxItems: number;
  /** Encoded bytes (default 64 MiB); in memory they are some three times as many. */
  maxBytes: number;
}

/** See {@link BacklogLimits}. */
export const DEFAULT_BACKLOG: BacklogLimits = { maxItems: 200_000, maxBytes: 64 * 1024 * 1024 };

/** A metric point in memory, bytes; all are about as large. */
const POINT_BYTES = 150;

/** Creates an empty backlog. */
export function createBacklog(limits: BacklogLimits = DEFAULT_BACKLOG): Backlog {
  let spans: SpanRecord[] = [];
  let logs: LogEntry[] = [];
  let points: MetricPoint[] = [];
  let bytes = 0;

  const count = (): number => spans.length + logs.length + points.length;

  function add<Item>(
    items: readonly Item[],
    queue: Item[],
    sizeOf: (item: Item) => number,
  ): number {
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index] as Item;
      const sizeBytes = sizeOf(item);
      if (count() >= limits.maxItems || bytes + sizeBytes > limits.maxBytes) {
        return items.length - index;
      }
      bytes += sizeBytes;
      queue.push(item);
    }
    return 0;
  }

  return {
    addSpans: (items) => add(items, spans, (span) => span.sizeBytes),
    addLogs: (items) => add(items, logs, (log) => log.sizeBytes),
    addPoints: (items) => add(items, points, () => POINT_BYTES),
    take() {
      const taken = { spans, logs, points };
      spans = [];
      logs = [];
      points = [];
      bytes = 0;
      return taken;
    },
    get count() {
      return count();
    },
  };
}
