import { expect, test } from 'vitest';
import { createFrameSplitter } from './frames.ts';
import { MalformedRequest } from './malformed.ts';
import { createWireReader } from './reader.ts';
import { createWireWriter } from './writer.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

test.each([
  ['classic', false],
  ['flexible', true],
])('what is written in the %s encoding is read back', (_, flexible) => {
  const writer = createWireWriter({ flexible, correlationId: 7, headerTags: false });
  writer
    .int8(-1)
    .int16(-2)
    .int32(-3)
    .int64(-4)
    .int64(2 ** 52 + 1)
    .boolean(true);
  writer.string('grüße').nullableString(null).bytes(Buffer.alloc(5000, 9)).nullableBytes(null);
  writer.array([1, 2, 300], (entry, value) => void entry.int32(value).tags());
  writer.nullArray().tags();
  const frame = Buffer.concat(writer.finish());
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);

  const reader = createWireReader(frame, 8, flexible);
  expect([reader.int8(), reader.int16(), reader.int32()]).toEqual([-1, -2, -3]);
  expect([reader.int64(), reader.int64(), reader.boolean()]).toEqual([-4, 2 ** 52 + 1, true]);
  expect([reader.string(), reader.nullableString()]).toEqual(['grüße', null]);
  expect(reader.bytes()).toEqual(Buffer.alloc(5000, 9));
  expect(reader.nullableBytes()).toBeNull();
  const values = reader.array((entry) => {
    const value = entry.int32();
    entry.tags();
    return value;
  });
  expect(values).toEqual([1, 2, 300]);
  expect(reader.nullableArray((entry) => entry.int8())).toBeNull();
  reader.tags();
  expect(reader.remaining).toBe(0);
});

test('the largest 64-bit integers survive a round trip without wrapping', () => {
  const writer = createWireWriter({ flexible: false, correlationId: 0, headerTags: false });
  const frame = Buffer.concat(
    writer
      .int64(2 ** 63)
      .int64(-(2 ** 63))
      .finish(),
  );
  expect(frame.subarray(8).toString('hex')).toBe('7fffffffffffffff8000000000000000');
});

test.each([
  ['a string longer than the frame', '00 05 61', false, 'string'],
  ['a string of negative length', 'ff fe', false, 'string'],
  ['null where a string is required', 'ff ff', false, 'string'],
  ['an array of more elements than bytes', '7f ff ff ff 00', false, 'array'],
  ['an array of negative length', 'ff ff ff fe', false, 'array'],
  ['bytes longer than the frame', '00 00 00 09 01', false, 'bytes'],
  ['a varint that never ends', 'ff ff ff ff ff ff', true, 'string'],
  ['a varint above 2^31', 'ff ff ff ff 0f', true, 'bytes'],
  ['more tagged fields than bytes', 'ff 01', true, 'tags'],
] as const)('%s is malformed', (_, hex, flexible, type) => {
  const reader = createWireReader(bytes(hex), 0, flexible);
  const read = () => (type === 'array' ? reader.array((entry) => entry.int8()) : reader[type]());
  expect(read).toThrow(MalformedRequest);
});

test('many small arrays may not name more elements than one request is allowed', () => {
  const part = Buffer.concat([bytes('00 00 c3 50'), Buffer.alloc(50_000)]);
  const reader = createWireReader(Buffer.concat([part, part, part]), 0, false);
  const read = () => reader.array((entry) => entry.int8());
  expect(read()).toHaveLength(50_000);
  expect(read()).toHaveLength(50_000);
  expect(read).toThrow('limit 100000');
});

test('frames are found however the stream is cut', () => {
  const stream = bytes('00000008 0102030405060708 00000009 010203040506070809');
  for (let cut = 1; cut < stream.length; cut += 1) {
    const splitter = createFrameSplitter(100);
    const frames: string[] = [];
    for (const piece of [stream.subarray(0, cut), stream.subarray(cut)]) {
      splitter.push(piece);
      for (let frame = splitter.next(); frame; frame = splitter.next()) {
        frames.push(frame.toString('hex'));
      }
    }
    expect(frames).toEqual(['0102030405060708', '010203040506070809']);
    expect(splitter.bufferedBytes).toBe(0);
  }
});

test.each(['00000007', '00000000', 'ffffffff', '00000065', '7fffffff'])(
  'a frame size of %s is malformed when 8 to 100 bytes are allowed',
  (size) => {
    const splitter = createFrameSplitter(100);
    splitter.push(bytes(size));
    expect(() => splitter.next()).toThrow('is outside 8 to 100');
  },
);

test('a frame that outgrows its first block keeps what was written, wherever the growth falls', () => {
  for (let padding = 480; padding < 520; padding += 1) {
    const writer = createWireWriter({ flexible: false, correlationId: 1, headerTags: false });
    writer.bytes(Buffer.alloc(padding, 1)).int32(2).string('drei').int64(4);
    writer.bytes(Buffer.alloc(3000, 5)).int16(6).bytes(Buffer.alloc(4096, 7)).int8(8);
    const reader = createWireReader(Buffer.concat(writer.finish()), 8, false);
    expect(reader.bytes()).toEqual(Buffer.alloc(padding, 1));
    expect([reader.int32(), reader.string(), reader.int64()]).toEqual([2, 'drei', 4]);
    expect(reader.bytes()).toEqual(Buffer.alloc(3000, 5));
    expect([reader.int16(), reader.bytes().length, reader.int8()]).toEqual([6, 4096, 8]);
  }
});
