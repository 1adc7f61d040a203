import { EXIT_CODES, type EntryOf, type JournalEntry } from '@faultline/scenarios/journal';

/** An entry before it has its place. */
export type Unplaced = JournalEntry extends infer Entry
  ? Entry extends JournalEntry
    ? Omit<Entry, 'seq'>
    : never
  : never;

/** How far a journal has come: what its end would have to say. */
export interface JournalTail {
  readonly started: boolean;
  readonly ended: boolean;
  /** The variant that has begun and not ended. */
  readonly variant: string | null;
  /** Of the next entry. */
  readonly nextSeq: number;
  take(entry: JournalEntry): void;
  /** Entries that end the journal for somebody who cannot: the engine threw, or is gone. */
  complete(end: AbruptEnd): Unplaced[];
}

/** Why a journal ends before its time. */
export interface AbruptEnd {
  /** Epoch milliseconds. */
  at: number;
  by: EntryOf<'aborted'>['by'];
  reason: string;
  /** What became of the faults that lasted. */
  faultsEnded: string;
  /** What could not be put back; empty when all is well. */
  left: string[];
  /** Written first when the journal is empty. */
  head: Unplaced;
}

/** Follows a journal from its first entry on. */
export function createJournalTail(): JournalTail {
  const faults = new Set<string>();
  let started = false;
  let ended = false;
  let aborted = false;
  let variant: string | null = null;
  let nextSeq = 0;

  return {
    get started() {
      return started;
    },
    get ended() {
      return ended;
    },
    get variant() {
      return variant;
    },
    get nextSeq() {
      return nextSeq;
    },
    take(entry) {
      nextSeq = entry.seq + 1;
      if (entry.kind === 'run-started') started = true;
      if (entry.kind === 'run-ended') ended = true;
      if (entry.kind === 'aborted') aborted = true;
      if (entry.kind === 'variant-started') variant = entry.variant;
      if (entry.kind === 'variant-ended') variant = null;
      if (entry.kind === 'fault-ended') faults.delete(entry.faultId);
      if (entry.kind !== 'act' || entry.faultId === null || entry.outcome === 'failed') return;
      if (entry.what === 'inject') faults.add(entry.faultId);
      if (entry.what === 'clear') faults.delete(entry.faultId);
    },
    complete(end) {
      return ended ? [] : endOf({ started, aborted, variant, faults: [...faults] }, end);
    },
  };
}

interface Reached {
  started: boolean;
  aborted: boolean;
  variant: string | null;
  faults: string[];
}

function endOf(
  reached: Reached,
  { at, by, reason, faultsEnded, left, head }: AbruptEnd,
): Unplaced[] {
  const { variant } = reached;
  const base = { at, variant };
  const exitCode = by === 'lab-fault' ? EXIT_CODES.labFault : EXIT_CODES.aborted;
  const outcome = {
    verdict: 'inconclusive' as const,
    asClaimed: false,
    exitCode,
    reasons: [reason],
  };
  const entries: Unplaced[] = [];
  if (!reached.started) entries.push(head);
  if (!reached.aborted) entries.push({ ...base, kind: 'aborted', by, reason });
  for (const faultId of reached.faults) {
    entries.push({ ...base, kind: 'fault-ended', faultId, why: faultsEnded });
  }
  entries.push({ ...base, kind: 'undo', clean: left.length === 0, left });
  if (variant !== null) entries.push({ ...base, kind: 'variant-ended', ...outcome, broken: [] });
  entries.push({ at, variant: null, kind: 'run-ended', ...outcome });
  return entries;
}
