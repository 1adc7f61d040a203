import { readBatchHead, type BatchHead } from '../records/batch.ts';
import { inflateRecords, readRecordStamps } from '../records/records.ts';
import type { Segment } from './segment.ts';

/** A record's place and time. */
export interface StampedOffset {
  offset: number;
  /** Milliseconds since the epoch, as the producer set it. */
  timestamp: number;
}

/**
 * The first record of a segment at or after `timestamp`. In a batch that cannot be opened here
 * (Snappy, LZ4) it is the first record of the batch: a reader then sees a few records too many,
 * never one too few.
 */
export function findByTime(segment: Segment, timestamp: number): StampedOffset | undefined {
  if (segment.index.maxTimestamp < timestamp) return undefined;
  for (const { head, position } of segment.heads(segment.index.positionBeforeTime(timestamp))) {
    if (head.maxTimestamp >= timestamp) {
      return findInBatch(segment.read(position, head.sizeBytes), timestamp);
    }
  }
  return undefined;
}

function findInBatch(batch: Buffer, timestamp: number): StampedOffset {
  const head: BatchHead = readBatchHead(batch, 0);
  const records = inflateRecords(batch, head);
  const stamp = (records && readRecordStamps(records, head.recordCount))?.find(
    ({ timestampDelta }) => head.baseTimestamp + timestampDelta >= timestamp,
  );
  return stamp
    ? {
        offset: head.baseOffset + stamp.offsetDelta,
        timestamp: head.baseTimestamp + stamp.timestampDelta,
      }
    : { offset: head.baseOffset, timestamp: head.maxTimestamp };
}
