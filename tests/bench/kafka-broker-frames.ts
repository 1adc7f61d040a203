/** Bytes of 1 KB values in Produce frames, and of a Fetch, ready to be sent again and again. */

const INT64_MINUS_ONE = Buffer.alloc(8, 0xff);
const REVERSED_CASTAGNOLI = 0x82f63b78;

/** Produce version 7, acks all, one partition, `count` records of `valueBytes` each. */
export function produceFrame(topic: string, count: number, valueBytes: number): Buffer {
  const batch = recordBatch(count, Buffer.alloc(valueBytes, 'x'));
  return frame(0, 7, [
    ...[int16(-1), int16(-1), int32(10_000)],
    ...[int32(1), string(topic), int32(1), int32(0), int32(batch.length), batch],
  ]);
}

/** Fetch version 4 of one partition: waits up to half a second for the first byte. */
export function fetchFrame(topic: string, offset: number): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigInt64BE(BigInt(offset));
  return frame(1, 4, [
    ...[int32(-1), int32(500), int32(1), int32(10_000_000), Buffer.from([0])],
    ...[int32(1), string(topic), int32(1), int32(0), place, int32(1_000_000)],
  ]);
}

function frame(key: number, version: number, body: Buffer[]): Buffer {
  const rest = Buffer.concat([int16(key), int16(version), int32(1), int16(-1), ...body]);
  return Buffer.concat([int32(rest.length), rest]);
}

/** Message format 2, no codec, no idempotence: docker/stand-ins/kafka-broker/src/records/batch.ts. */
function recordBatch(count: number, value: Buffer): Buffer {
  const records = Array.from({ length: count }, (_, index) => {
    const body = Buffer.concat([
      ...[Buffer.from([0, 0]), varint(index), varint(-1)],
      ...[varint(value.length), value, varint(0)],
    ]);
    return Buffer.concat([varint(body.length), body]);
  });
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(1_700_000_000_000n);
  const checked = Buffer.concat([
    ...[int16(0), int32(count - 1), time, time],
    ...[INT64_MINUS_ONE, int16(-1), int32(-1), int32(count), ...records],
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(checked));
  const rest = Buffer.concat([int32(-1), Buffer.from([2]), crc, checked]);
  return Buffer.concat([Buffer.alloc(8), int32(rest.length), rest]);
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 1 ? (crc >>> 1) ^ REVERSED_CASTAGNOLI : crc >>> 1;
    }
  }
  return ~crc >>> 0;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function string(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}
