/** A place in a segment to begin looking from. */
export interface IndexEntry {
  baseOffset: number;
  positionBytes: number;
  /** Largest timestamp in the segment up to and including this batch, ms since the epoch. */
  maxTimestamp: number;
}

/** One entry per so many bytes; a reader walks at most this far. */
const INTERVAL_BYTES = 4096;

/**
 * A sparse index of one segment, by offset and by time. It is kept in memory and rebuilt from the
 * batch heads, so a crash cannot leave it wrong.
 */
export interface SegmentIndex {
  readonly maxTimestamp: number;
  add(entry: IndexEntry): void;
  /** Where to begin to look for `offset`: at or before its batch. */
  positionBefore(offset: number): number;
  /** Where to begin to look for the first record at or after `timestamp`: at or before it. */
  positionBeforeTime(timestamp: number): number;
}

/** An index of an empty segment. */
export function createSegmentIndex(): SegmentIndex {
  const entries: IndexEntry[] = [];
  let maxTimestamp = -1;
  let nextEntryAtBytes = 0;

  /** Position of the last entry that satisfies a condition true for a prefix of the entries. */
  const lastWhere = (isBefore: (entry: IndexEntry) => boolean): number => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = entries[middle];
      if (entry && isBefore(entry)) low = middle + 1;
      else high = middle;
    }
    return entries[low - 1]?.positionBytes ?? 0;
  };

  return {
    get maxTimestamp() {
      return maxTimestamp;
    },
    add(entry) {
      maxTimestamp = Math.max(maxTimestamp, entry.maxTimestamp);
      if (entry.positionBytes < nextEntryAtBytes) return;
      entries.push({ ...entry, maxTimestamp });
      nextEntryAtBytes = entry.positionBytes + INTERVAL_BYTES;
    },
    positionBefore: (offset) => lastWhere((entry) => entry.baseOffset <= offset),
    positionBeforeTime: (timestamp) => lastWhere((entry) => entry.maxTimestamp < timestamp),
  };
}
