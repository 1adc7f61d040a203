import { BATCH_HEAD_BYTES, CHECKED_FROM } from '../records/batch.ts';
import { crc32c } from '../records/crc32c.ts';
import { writeInt64 } from '../wire/int64.ts';
import type { WireWriter } from '../wire/writer.ts';
import { encodeRequest } from './raw-client.ts';

/** What a test wants in a batch. */
export interface BatchContent {
  values: string[];
  /** Time of the first record; each further one is a millisecond later. */
  timestamp?: number;
  producerId?: number;
  producerEpoch?: number;
  baseSequence?: number;
}

/** A record batch as a producer would send it. */
export function buildBatch(content: BatchContent): Buffer {
  const { values, timestamp = 1_000_000, producerId = -1, producerEpoch = -1 } = content;
  const records = Buffer.concat(values.map((value, index) => buildRecord(value, index)));
  const batch = Buffer.alloc(BATCH_HEAD_BYTES + records.length);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt32BE(values.length - 1, 23);
  writeInt64(batch, timestamp, 27);
  writeInt64(batch, timestamp + values.length - 1, 35);
  writeInt64(batch, producerId, 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(content.baseSequence ?? -1, 53);
  batch.writeInt32BE(values.length, 57);
  records.copy(batch, BATCH_HEAD_BYTES);
  return sealBatch(batch);
}

/** Sets the checksum again, after a test has changed something. */
export function sealBatch(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, CHECKED_FROM), 17);
  return batch;
}

function buildRecord(value: string, index: number): Buffer {
  const bytes = Buffer.from(value);
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(index),
    zigzag(index),
    zigzag(-1),
    zigzag(bytes.length),
    bytes,
    zigzag(0),
  ]);
  return Buffer.concat([zigzag(body.length), body]);
}

function zigzag(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A Produce request, version 7, for one partition. */
export function produceRequest(topic: string, partition: number, batch: Buffer, acks = -1): Buffer {
  return encodeRequest({ key: 0, version: 7 }, (writer: WireWriter) => {
    writer.nullableString(null).int16(acks).int32(1000);
    writer.array([topic], (entry, name) => {
      entry.string(name).array([partition], (item, index) => {
        item.int32(index).bytes(batch);
      });
    });
  });
}
