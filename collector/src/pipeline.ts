import type { Backlog } from './backlog.ts';
import type { Live } from './live.ts';
import type { Decoded, LogEntry, MetricPoint, Signal, SpanRecord } from './model/records.ts';
import type { Intake, Refusal } from './receive/intake.ts';
import type { Tally } from './tally.ts';

/** What a pipeline joins. */
export interface PipelineParts {
  live: Live;
  backlog: Backlog;
  tally: Tally;
  /** Highest number of a log entry so far. */
  lastSeq: number;
}

/**
 * Creates the way of everything that comes in:
 *
 *     receive ─ decoded items ─> live state (at once) ─> backlog ─> store (every 250 ms)
 *
 * A full backlog costs history, never live numbers.
 */
export function createPipeline({ live, backlog, tally, lastSeq }: PipelineParts): Intake {
  let seq = lastSeq;

  /** Derives and queues. @returns how many found no room in the backlog */
  const handle = {
    spans(items: SpanRecord[]): number {
      live.addSpans(items);
      return backlog.addSpans(items);
    },
    logs(items: LogEntry[]): number {
      for (const item of items) item.seq = seq += 1;
      live.addLogs(items);
      return backlog.addLogs(items);
    },
    metrics(items: MetricPoint[]): number {
      return backlog.addPoints(items);
    },
  };

  return {
    accept(signal, decoded) {
      const { items, invalid, tooLarge } = decoded as Decoded<never>;
      tally.received(signal, items.length + invalid + tooLarge);
      tally.dropped(signal, 'invalid', invalid);
      tally.dropped(signal, 'too-large', tooLarge);
      const refused = handle[signal](items);
      tally.dropped(signal, 'queue-full', refused);
      return refusalOf(signal, invalid + tooLarge, refused, decoded.firstProblem);
    },
    refuse(signal, reason) {
      tally.received(signal, 1);
      tally.dropped(signal, reason, 1);
    },
  };
}

function refusalOf(
  signal: Signal,
  unfit: number,
  refused: number,
  firstProblem: string | null,
): Refusal {
  const reasons: string[] = [];
  if (unfit > 0) reasons.push(`${unfit} ${signal} refused: ${firstProblem ?? 'invalid'}`);
  if (refused > 0) reasons.push(`${refused} ${signal} dropped: the queue for the store is full`);
  return { rejected: unfit + refused, message: reasons.join('; ') };
}
