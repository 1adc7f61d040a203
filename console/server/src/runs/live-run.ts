import {
  createRunFold,
  type JournalEntry,
  type QueuedRun,
  type RunView,
} from '@faultline/scenarios/journal';
import type { JournalFile } from './journal-file.ts';
import { createJournalTail, type AbruptEnd, type Unplaced } from './journal-tail.ts';
import { headEntry } from './summary.ts';

/** A run that waits or is under way: takes its entries, keeps them, tells of them. */
export interface LiveRun {
  readonly id: string;
  readonly run: QueuedRun;
  /** Aborts the run; its reason is `{ by, reason }`. */
  readonly stop: AbortController;
  readonly ended: boolean;
  /** The variant that is under way. */
  readonly variant: string | null;
  /** Gives the entry its place in the journal; whatever place it had does not count. */
  record(entry: Unplaced): void;
  /** Ends the journal, unless it has ended. */
  endAbruptly(end: Omit<AbruptEnd, 'head'>): void;
  moveTo(position: number): void;
  view(): RunView;
  /** Told of every change; the entry is absent when only the place in the queue changed. */
  subscribe(listener: (entry?: JournalEntry) => void): () => void;
}

/** Creates a run that waits. @param unwritten told when the disk refuses an entry */
export function createLiveRun(
  run: QueuedRun,
  journal: JournalFile,
  unwritten: (error: unknown) => void,
): LiveRun {
  const fold = createRunFold(run);
  const tail = createJournalTail();
  const listeners = new Set<(entry?: JournalEntry) => void>();
  const tell = (entry?: JournalEntry) => {
    for (const listener of [...listeners]) listener(entry);
  };
  const live: LiveRun = {
    id: run.id,
    run,
    stop: new AbortController(),
    get ended() {
      return tail.ended;
    },
    get variant() {
      return tail.variant;
    },
    record(entry) {
      // What a late writer still has to say is not part of the run any more.
      if (tail.ended) return;
      const placed: JournalEntry = { ...entry, seq: tail.nextSeq };
      try {
        journal.append(placed);
      } catch (error) {
        unwritten(error);
      }
      tail.take(placed);
      fold.add(placed);
      tell(placed);
    },
    endAbruptly(end) {
      const entries = tail.complete({ ...end, head: headEntry(run, end.at) });
      for (const entry of entries) live.record(entry);
    },
    moveTo(position) {
      fold.moveTo(position);
      tell();
    },
    view: () => fold.view(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return live;
}
