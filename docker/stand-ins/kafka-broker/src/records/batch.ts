import { readInt64, writeInt64 } from '../wire/int64.ts';

/**
 * The head of a record batch, message format version 2
 * (https://kafka.apache.org/documentation/#recordbatch).
 *
 * ```
 * RecordBatch =>
 *   baseOffset            INT64    at  0   set by the broker
 *   batchLength           INT32    at  8   bytes after this field
 *   partitionLeaderEpoch  INT32    at 12   set by the broker
 *   magic                 INT8     at 16   2
 *   crc                   UINT32   at 17   CRC-32C of everything after this field
 *   attributes            INT16    at 21   bits 0-2 codec, 3 log append time, 4 transaction, 5 control
 *   lastOffsetDelta       INT32    at 23
 *   baseTimestamp         INT64    at 27
 *   maxTimestamp          INT64    at 35
 *   producerId            INT64    at 43   -1 without idempotence
 *   producerEpoch         INT16    at 51
 *   baseSequence          INT32    at 53
 *   recordCount           INT32    at 57
 *   records                        at 61   compressed together when a codec is set
 * ```
 */
export interface BatchHead {
  baseOffset: number;
  /** Size of the whole batch in bytes, the first twelve included. */
  sizeBytes: number;
  magic: number;
  crc: number;
  codec: number;
  isTransactional: boolean;
  isControl: boolean;
  lastOffsetDelta: number;
  baseTimestamp: number;
  maxTimestamp: number;
  producerId: number;
  producerEpoch: number;
  baseSequence: number;
  recordCount: number;
}

/** Bytes before the first record. */
export const BATCH_HEAD_BYTES = 61;
/** Bytes that `batchLength` does not count: the base offset and the length itself. */
export const LENGTH_OVERHEAD_BYTES = 12;
/** Where the checksum begins to count. */
export const CHECKED_FROM = 21;

const CODEC_MASK = 0x07;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;

/** Reads the head of the batch that begins at `at`; 61 bytes must be there. */
export function readBatchHead(buffer: Buffer, at: number): BatchHead {
  const attributes = buffer.readInt16BE(at + 21);
  return {
    baseOffset: readInt64(buffer, at),
    sizeBytes: LENGTH_OVERHEAD_BYTES + buffer.readInt32BE(at + 8),
    magic: buffer.readInt8(at + 16),
    crc: buffer.readUInt32BE(at + 17),
    codec: attributes & CODEC_MASK,
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    lastOffsetDelta: buffer.readInt32BE(at + 23),
    baseTimestamp: readInt64(buffer, at + 27),
    maxTimestamp: readInt64(buffer, at + 35),
    producerId: readInt64(buffer, at + 43),
    producerEpoch: buffer.readInt16BE(at + 51),
    baseSequence: buffer.readInt32BE(at + 53),
    recordCount: buffer.readInt32BE(at + 57),
  };
}

/** Gives a batch its place in the log. The checksum does not cover these two fields. */
export function placeBatch(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  writeInt64(batch, baseOffset, 0);
  batch.writeInt32BE(leaderEpoch, 12);
}
