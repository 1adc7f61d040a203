import type { Clock } from '@faultline/chassis/core';
import type { Acted } from '../engine/core/events.ts';
import type { JournalEntry } from '../journal/entries.ts';

/** An entry without its number, time and variant. */
export type EntryBody = JournalEntry extends infer Entry
  ? Entry extends JournalEntry
    ? Omit<Entry, 'seq' | 'at' | 'variant'>
    : never
  : never;

/** Writes the journal of a soak. */
export interface SoakJournal {
  /** For a variant. */
  write(variant: string, body: EntryBody): void;
  /** For the run as a whole. */
  writeOfRun(body: EntryBody): void;
}

/** Creates the journal; entries are numbered from 0 and bear the time of the clock. */
export function createSoakJournal(clock: Clock, write: (entry: JournalEntry) => void): SoakJournal {
  let seq = 0;
  const put = (variant: string | null, body: EntryBody) => {
    write({ seq, at: clock.now(), variant, ...body });
    seq += 1;
  };
  return { write: put, writeOfRun: (body) => put(null, body) };
}

/** The entry of something that was done. */
export function actOf({ beganAt: _beganAt, ...acted }: Acted): EntryBody {
  return { kind: 'act', ...acted };
}
