import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchHead } from '../records/batch.ts';
import { checkStoredBatch } from '../records/check.ts';
import type { ProducerSnapshot } from './producer-states.ts';
import { openSegment, segmentFileName, type Segment } from './segment.ts';
import { readSnapshot, snapshotFileName } from './snapshot-file.ts';

/** A partition's log as it was found on the disk. */
export interface RecoveredLog {
  segments: Segment[];
  endOffset: number;
  /** The producers before the last segment, … */
  producers: ProducerSnapshot;
  /** … and the batches in it. */
  replay: { head: BatchHead }[];
  /** Bytes cut off the end because they were not a whole, checked batch. */
  truncatedBytes: number;
}

/**
 * Finds the segments in `folder` and repairs the last one: only there can a write have been cut
 * short. Its batches are checked from the first on, and the file is cut where one is not whole.
 */
export function recoverLog(folder: string, fsync: boolean): RecoveredLog {
  const names = listFolder(folder);
  const bases = names
    .filter((name) => /^\d{20}\.log$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
  const segments = bases.map((base) => openSegment(folder, base, fsync));
  const last = segments.at(-1);
  if (!last) return { segments, endOffset: 0, producers: [], replay: [], truncatedBytes: 0 };

  removeStaleSnapshots(folder, names, bases);
  const { replay, endOffset, truncatedBytes } = repair(last);
  return {
    segments,
    endOffset,
    producers: readSnapshot(folder, last.baseOffset),
    replay,
    truncatedBytes,
  };
}

function repair(segment: Segment) {
  const bytes = segment.read(0, segment.sizeBytes);
  const replay: { head: BatchHead }[] = [];
  let endOffset = segment.baseOffset;
  let at = 0;
  for (;;) {
    const head = checkStoredBatch(bytes, at, endOffset);
    if (!head) break;
    replay.push({ head });
    at += head.sizeBytes;
    endOffset += head.lastOffsetDelta + 1;
  }
  const truncatedBytes = bytes.length - at;
  if (truncatedBytes > 0) segment.truncate(at);
  return { replay, endOffset, truncatedBytes };
}

function removeStaleSnapshots(folder: string, names: string[], bases: number[]): void {
  const wanted = new Set(bases.flatMap((base) => [segmentFileName(base), snapshotFileName(base)]));
  for (const name of names) {
    if (/\.(snapshot|tmp)$/.test(name) && !wanted.has(name)) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
