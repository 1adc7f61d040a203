import { ERROR, type ErrorCode } from '../wire/errors.ts';
import {
  BATCH_HEAD_BYTES,
  CHECKED_FROM,
  LENGTH_OVERHEAD_BYTES,
  readBatchHead,
  type BatchHead,
} from './batch.ts';
import { crc32c } from './crc32c.ts';
import { CODEC, readRecordStamps } from './records.ts';

/** A produced batch is taken, or refused with the protocol's error and a reason for people. */
export type BatchVerdict =
  { kind: 'valid'; head: BatchHead } | { kind: 'refused'; error: ErrorCode; reason: string };

/**
 * Judges the records field of a Produce request for one partition. As in Apache Kafka it must hold
 * exactly one batch of message format 2.
 *
 * @param maxBytes largest batch the topic takes
 * @param zstdAllowed Produce before version 7 does not know zstd
 */
export function checkProducedBatch(
  records: Buffer,
  maxBytes: number,
  zstdAllowed: boolean,
): BatchVerdict {
  if (records.length < LENGTH_OVERHEAD_BYTES + 5) {
    return refused(ERROR.CORRUPT_MESSAGE, `${records.length} bytes are too few for a record batch`);
  }
  const magic = records.readInt8(16);
  if (magic !== 2) {
    return refused(
      ERROR.UNSUPPORTED_FOR_MESSAGE_FORMAT,
      `magic ${magic} is not supported, only message format 2 is`,
    );
  }
  if (records.length < BATCH_HEAD_BYTES) {
    return refused(ERROR.CORRUPT_MESSAGE, `${records.length} bytes are too few for a record batch`);
  }
  const head = readBatchHead(records, 0);
  if (head.sizeBytes !== records.length) return wrongSize(head, records.length);
  if (head.sizeBytes > maxBytes) {
    return refused(
      ERROR.MESSAGE_TOO_LARGE,
      `batch of ${head.sizeBytes} bytes exceeds max.message.bytes ${maxBytes}`,
    );
  }
  const crc = crc32c(records, CHECKED_FROM);
  if (crc !== head.crc) {
    return refused(ERROR.CORRUPT_MESSAGE, `crc ${head.crc} stated, ${crc} computed`);
  }
  return checkContent(records, head, zstdAllowed);
}

/**
 * Judges a batch found in a segment file after a crash: whole, checked, and next in line.
 *
 * @returns its head, or undefined where the torn tail begins
 */
export function checkStoredBatch(
  segment: Buffer,
  at: number,
  expectedOffset: number,
): BatchHead | undefined {
  if (segment.length - at < BATCH_HEAD_BYTES) return undefined;
  const head = readBatchHead(segment, at);
  const isWhole =
    head.magic === 2 &&
    head.baseOffset === expectedOffset &&
    head.lastOffsetDelta >= 0 &&
    head.sizeBytes >= BATCH_HEAD_BYTES &&
    head.sizeBytes <= segment.length - at;
  if (!isWhole) return undefined;
  return crc32c(segment, at + CHECKED_FROM, at + head.sizeBytes) === head.crc ? head : undefined;
}

function checkContent(records: Buffer, head: BatchHead, zstdAllowed: boolean): BatchVerdict {
  if (head.recordCount < 1 || head.lastOffsetDelta !== head.recordCount - 1) {
    return refused(
      ERROR.INVALID_RECORD,
      `recordCount ${head.recordCount} does not match lastOffsetDelta ${head.lastOffsetDelta}`,
    );
  }
  if (head.isControl)
    return refused(ERROR.INVALID_RECORD, 'a client may not write control batches');
  if (head.isTransactional) {
    return refused(ERROR.INVALID_TXN_STATE, 'transactions are not supported by this broker');
  }
  if (head.codec > CODEC.ZSTD || (head.codec === CODEC.ZSTD && !zstdAllowed)) {
    return refused(ERROR.UNSUPPORTED_COMPRESSION_TYPE, `codec ${head.codec} is not supported`);
  }
  if (head.producerId >= 0 && (head.producerEpoch < 0 || head.baseSequence < 0)) {
    return refused(
      ERROR.INVALID_RECORD,
      `producer ${head.producerId} has epoch ${head.producerEpoch}, sequence ${head.baseSequence}`,
    );
  }
  if (head.codec === CODEC.NONE) {
    const stamps = readRecordStamps(records.subarray(BATCH_HEAD_BYTES), head.recordCount);
    if (!stamps?.every((stamp, index) => stamp.offsetDelta === index)) {
      return refused(ERROR.INVALID_RECORD, `the bytes do not hold ${head.recordCount} records`);
    }
  }
  return { kind: 'valid', head };
}

function wrongSize(head: BatchHead, available: number): BatchVerdict {
  const isFollowed = head.sizeBytes >= BATCH_HEAD_BYTES && head.sizeBytes < available;
  return isFollowed
    ? refused(ERROR.INVALID_RECORD, 'a partition takes exactly one record batch per request')
    : refused(
        ERROR.CORRUPT_MESSAGE,
        `batch states ${head.sizeBytes} bytes, the request holds ${available}`,
      );
}

function refused(error: ErrorCode, reason: string): BatchVerdict {
  return { kind: 'refused', error, reason };
}
