import { BATCH_HEAD_BYTES, LENGTH_OVERHEAD_BYTES, readBatchHead } from '../records/batch.ts';
import type { Segment } from './segment.ts';

/** The index leads to within this many bytes of a batch, plus the batch it leads to. */
const INDEX_SLACK_BYTES = 8192;

/**
 * Reads whole batches of one segment, beginning with the one that holds `offset`, in one read of
 * the file as a rule.
 *
 * @param maxBytes what may be returned; the first batch may exceed it if `atLeastOne`
 * @returns a view of the bytes read (empty when nothing fits); undefined when the segment ends
 *   before `offset`
 */
export function readBatches(
  segment: Segment,
  offset: number,
  maxBytes: number,
  atLeastOne: boolean,
): Buffer | undefined {
  const from = segment.index.positionBefore(offset);
  const slab = segment.read(from, maxBytes + INDEX_SLACK_BYTES);
  const start = startOf(slab, offset);
  if (start.kind === 'found') {
    const fitting = wholeBatches(slab.subarray(start.at, start.at + maxBytes));
    if (fitting.length > 0) return fitting;
    if (!atLeastOne) return fitting;
    return segment.read(from + start.at, start.sizeBytes);
  }
  // A batch larger than the slab lies before the one that is wanted.
  for (const { head, position } of segment.heads(from + start.walked)) {
    if (head.baseOffset + head.lastOffsetDelta < offset) continue;
    const fitting = wholeBatches(segment.read(position, maxBytes));
    return fitting.length > 0 || !atLeastOne ? fitting : segment.read(position, head.sizeBytes);
  }
  return undefined;
}

type Start = { kind: 'found'; at: number; sizeBytes: number } | { kind: 'beyond'; walked: number };

function startOf(slab: Buffer, offset: number): Start {
  let at = 0;
  while (at + BATCH_HEAD_BYTES <= slab.length) {
    const head = readBatchHead(slab, at);
    if (head.baseOffset + head.lastOffsetDelta >= offset) {
      return { kind: 'found', at, sizeBytes: head.sizeBytes };
    }
    at += head.sizeBytes;
  }
  return { kind: 'beyond', walked: at };
}

/** The prefix of `bytes` that ends with a batch. */
function wholeBatches(bytes: Buffer): Buffer {
  let end = 0;
  while (end + LENGTH_OVERHEAD_BYTES <= bytes.length) {
    const next = end + LENGTH_OVERHEAD_BYTES + bytes.readInt32BE(end + 8);
    if (next > bytes.length) break;
    end = next;
  }
  return bytes.subarray(0, end);
}
