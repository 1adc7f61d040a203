import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { BATCH_HEAD_BYTES, type BatchHead } from './batch.ts';
import { readVarint } from './varint.ts';

/** The compression codecs of the batch attributes, by their number. */
export const CODEC = { NONE: 0, GZIP: 1, SNAPPY: 2, LZ4: 3, ZSTD: 4 } as const;

/** A batch that inflates beyond this is not opened. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** What a look-up by time needs of one record. */
export interface RecordStamp {
  offsetDelta: number;
  timestampDelta: number;
}

/**
 * Walks the records of a batch.
 *
 * ```
 * Record => length attributes timestampDelta offsetDelta key value [headers]
 *   length => VARINT   attributes => INT8   timestampDelta => VARLONG   offsetDelta => VARINT
 * ```
 *
 * @param records the bytes after the head, not compressed
 * @returns the stamps in order, or undefined unless exactly `count` records fill the bytes
 */
export function readRecordStamps(records: Buffer, count: number): RecordStamp[] | undefined {
  const stamps: RecordStamp[] = [];
  let at = 0;
  while (at < records.length) {
    const length = readVarint(records, at);
    if (!length || length.value < 1 || length.next + length.value > records.length)
      return undefined;
    const end = length.next + length.value;
    const timestampDelta = readVarint(records, length.next + 1, end);
    const offsetDelta = timestampDelta && readVarint(records, timestampDelta.next, end);
    if (!offsetDelta || stamps.length === count) return undefined;
    stamps.push({ offsetDelta: offsetDelta.value, timestampDelta: timestampDelta.value });
    at = end;
  }
  return stamps.length === count ? stamps : undefined;
}

/**
 * The records of a batch, inflated if Node can do it (gzip, zstd); undefined for Snappy, LZ4, and
 * bytes that do not inflate.
 */
export function inflateRecords(batch: Buffer, head: BatchHead): Buffer | undefined {
  const records = batch.subarray(BATCH_HEAD_BYTES, head.sizeBytes);
  const limit = { maxOutputLength: MAX_INFLATED_BYTES };
  try {
    if (head.codec === CODEC.NONE) return records;
    if (head.codec === CODEC.GZIP) return gunzipSync(records, limit);
    if (head.codec === CODEC.ZSTD) return zstdDecompressSync(records, limit);
    return undefined;
  } catch {
    return undefined;
  }
}
