import type { Clock } from '../core/index.ts';
import type { EventFaults } from './event-faults.ts';

/** Events wait this long at most for others, milliseconds. */
export const LONGEST_COLLECTION_MS = 1000;

/** Where events come from. */
interface Position {
  topic: string;
  partition: number;
}

/** In which order the events of partitions are handled. */
export interface Reordering {
  /**
   * What of `messages`, from the one at `from` on, is handled next, in this order; always a run from
   * there on, so that the offset after it says what is done with. Empty: the rest waits for more.
   */
  next<Message extends { offset: string }>(
    position: Position,
    messages: readonly Message[],
    from: number,
  ): readonly Message[];
}

/** Creates the order that faults make of events; without a fault one after the other. */
export function createReordering(faults: EventFaults, clock: Clock): Reordering {
  /** The event that waits at the head of each partition, and since when. */
  const waiting = new Map<string, { offset: string; sinceMs: number }>();
  return {
    next({ topic, partition }, messages, from) {
      const window = faults.isAny ? faults.reorderWindow(topic) : undefined;
      if (window === undefined) return messages.slice(from, from + 1);
      const key = `${topic}/${partition}`;
      const now = clock.monotonicMs();
      const offset = messages[from]?.offset ?? '';
      const known = waiting.get(key);
      const sinceMs = known?.offset === offset ? known.sinceMs : now;
      if (messages.length - from < window && now - sinceMs < LONGEST_COLLECTION_MS) {
        waiting.set(key, { offset, sinceMs });
        return [];
      }
      waiting.delete(key);
      return messages.slice(from, from + window).toReversed();
    },
  };
}
