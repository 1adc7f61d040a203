import { expect, test } from 'vitest';
import { REGISTRY } from './apis/registry.ts';
import { buildBatch, produceRequest, sealBatch } from './testing/batches.ts';
import { connectRaw, encodeRequest, readResponse } from './testing/raw-client.ts';
import { temporaryBroker } from './testing/temporary-broker.ts';
import { ERROR } from './wire/errors.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

/** The error code and base offset of a Produce response, version 7, for one partition. */
function readProduced(frame: Buffer) {
  const reader = readResponse(frame);
  const [answer] = reader.array((topic) => {
    topic.string();
    const [partition] = topic.array((entry) => {
      entry.int32();
      const result = { error: entry.int16(), baseOffset: entry.int64() };
      entry.int64();
      entry.int64();
      return result;
    });
    return partition;
  });
  return answer;
}

// Written out by hand from https://kafka.apache.org/protocol; the port is patched in.
test('a Metadata request, version 1, gets exactly the documented bytes', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 'ab', partitions: 1 }] });
  await using client = await connectRaw(broker.port);
  const request = '0000 0015 | 0003 0001 0000002a 0003 616263 | 00000001 0002 6162'.replaceAll(
    '|',
    '',
  );
  const answer = await client.exchange(bytes(request));
  const expected = `
    0000002a
    00000001 00000001 0009 3132372e302e302e31 ${broker.port.toString(16).padStart(8, '0')} ffff
    00000001
    00000001 0000 0002 6162 00
      00000001 0000 00000000 00000001 00000001 00000001 00000001 00000001`;
  expect(answer.toString('hex')).toBe(bytes(expected).toString('hex'));
});

test('a flexible FindCoordinator request, version 3, gets exactly the documented bytes', async () => {
  await using broker = await temporaryBroker({ advertisedHost: 'kafka', advertisedPort: 9092 });
  await using client = await connectRaw(broker.port);
  const answer = await client.exchange(bytes('00000010 000a 0003 00000007 0001 63 00 02 67 00 00'));
  const expected = '00000007 00 00000000 0000 00 00000001 06 6b61666b61 00002384 00';
  expect(answer.toString('hex')).toBe(bytes(expected).toString('hex'));
});

test('ApiVersions lists the registry, in version 0 when the version asked for is unknown', async () => {
  await using broker = await temporaryBroker();
  await using client = await connectRaw(broker.port);
  for (const [version, error] of [
    [0, ERROR.NONE],
    [99, ERROR.UNSUPPORTED_VERSION],
  ] as const) {
    const reader = readResponse(await client.exchange(encodeRequest({ key: 18, version })));
    expect(reader.int16()).toBe(error);
    const listed = reader.array((api) => [api.int16(), api.int16(), api.int16()]);
    expect(listed).toEqual([...REGISTRY.values()].map((a) => [a.key, a.minVersion, a.maxVersion]));
    expect(reader.remaining).toBe(0);
  }
});

test.each([
  ['an unknown API', encodeRequest({ key: 999, version: 0 })],
  ['an unknown version', encodeRequest({ key: 3, version: 99 })],
  ['bytes after the request', encodeRequest({ key: 16, version: 0 }, (writer) => writer.int8(1))],
  ['a truncated request', encodeRequest({ key: 3, version: 1 })],
  ['a negative frame size', bytes('ffffffff')],
  ['a frame size above the limit', bytes('7fffffff')],
  ['a frame too small for a header', bytes('00000002 0003')],
])('%s closes the connection, and the broker goes on', async (_, request) => {
  await using broker = await temporaryBroker();
  await using client = await connectRaw(broker.port);
  client.socket.write(request);
  await client.closed;
  await using next = await connectRaw(broker.port);
  expect(await next.exchange(encodeRequest({ key: 18, version: 0 }))).toBeInstanceOf(Buffer);
});

test('the same Produce frame sent again is answered with the first offset and stored once', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 't' }] });
  await using client = await connectRaw(broker.port);
  const producer = { producerId: 5, producerEpoch: 0 };
  const first = buildBatch({ ...producer, values: ['a', 'b'], baseSequence: 0 });
  const second = buildBatch({ ...producer, values: ['c'], baseSequence: 2 });
  const skipping = buildBatch({ ...producer, values: ['e'], baseSequence: 4 });
  const send = async (batch: Buffer) =>
    readProduced(await client.exchange(produceRequest('t', 0, Buffer.from(batch))));
  expect(await send(first)).toEqual({ error: 0, baseOffset: 0 });
  expect(await send(second)).toEqual({ error: 0, baseOffset: 2 });
  expect(await send(first)).toEqual({ error: 0, baseOffset: 0 });
  expect(await send(skipping)).toEqual({
    error: ERROR.OUT_OF_ORDER_SEQUENCE_NUMBER,
    baseOffset: -1,
  });
  expect(await send(buildBatch({ values: ['d'] }))).toEqual({ error: 0, baseOffset: 3 });
});

const batch = () => buildBatch({ values: ['a', 'b'] });
const changed = (change: (bytes: Buffer) => void) => {
  const bytesOfBatch = batch();
  change(bytesOfBatch);
  return sealBatch(bytesOfBatch);
};

test.each([
  ['a flipped bit', () => Buffer.from(batch().fill(1, 70, 71)), ERROR.CORRUPT_MESSAGE],
  [
    'an old message format',
    () => changed((b) => b.writeInt8(1, 16)),
    ERROR.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  ],
  [
    'a stated size that is too large',
    () => changed((b) => b.writeInt32BE(9999, 8)),
    ERROR.CORRUPT_MESSAGE,
  ],
  ['a negative stated size', () => changed((b) => b.writeInt32BE(-5, 8)), ERROR.CORRUPT_MESSAGE],
  ['two batches at once', () => Buffer.concat([batch(), batch()]), ERROR.INVALID_RECORD],
  ['a wrong record count', () => changed((b) => b.writeInt32BE(3, 57)), ERROR.INVALID_RECORD],
  [
    'fewer records than counted',
    () => changed((b) => (b.writeInt32BE(3, 57), b.writeInt32BE(2, 23))),
    ERROR.INVALID_RECORD,
  ],
  [
    'no record',
    () => changed((b) => (b.writeInt32BE(0, 57), b.writeInt32BE(-1, 23))),
    ERROR.INVALID_RECORD,
  ],
  [
    'an unknown codec',
    () => changed((b) => b.writeInt16BE(5, 21)),
    ERROR.UNSUPPORTED_COMPRESSION_TYPE,
  ],
  ['a control batch', () => changed((b) => b.writeInt16BE(0x20, 21)), ERROR.INVALID_RECORD],
  ['a transaction', () => changed((b) => b.writeInt16BE(0x10, 21)), ERROR.INVALID_TXN_STATE],
  [
    'a batch above the limit',
    () => buildBatch({ values: ['x'.repeat(5000)] }),
    ERROR.MESSAGE_TOO_LARGE,
  ],
  ['a few bytes', () => Buffer.alloc(5), ERROR.CORRUPT_MESSAGE],
])(
  'a produced batch with %s is refused by name, and nothing is stored',
  async (_, build, error) => {
    await using broker = await temporaryBroker({ topics: [{ name: 't' }], maxMessageBytes: 4000 });
    await using client = await connectRaw(broker.port);
    const refused = readProduced(await client.exchange(produceRequest('t', 0, build())));
    expect(refused).toEqual({ error, baseOffset: -1 });
    expect(readProduced(await client.exchange(produceRequest('t', 0, batch())))).toEqual({
      error: 0,
      baseOffset: 0,
    });
  },
);

test('batches of codecs that the broker cannot open are passed through', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 't' }] });
  await using client = await connectRaw(broker.port);
  for (const codec of [1, 2, 3, 4]) {
    const compressed = changed((b) => b.writeInt16BE(codec, 21));
    const answer = readProduced(await client.exchange(produceRequest('t', 0, compressed)));
    expect(answer).toEqual({ error: 0, baseOffset: (codec - 1) * 2 });
  }
});

test('answers keep the order of their requests, also behind a fetch that waits', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 't' }] });
  await using client = await connectRaw(broker.port);
  const waiting = encodeRequest({ key: 1, version: 7, correlationId: 1 }, (writer) => {
    writer.int32(-1).int32(200).int32(1).int32(1000).int8(0).int32(0).int32(0);
    writer.array(['t'], (topic, name) => {
      topic.string(name).array([0], (entry) => {
        entry.int32(0).int64(0).int64(0).int32(1000);
      });
    });
    writer.array([], () => undefined);
  });
  const quick = [2, 3, 4].map((correlationId) =>
    client.exchange.bind(client, encodeRequest({ key: 18, version: 0, correlationId })),
  );
  const answers = await Promise.all([client.exchange(waiting), ...quick.map((send) => send())]);
  expect(answers.map((answer) => answer.readInt32BE(0))).toEqual([1, 2, 3, 4]);
});

test('a failed write without acknowledgement ends the connection', async () => {
  await using broker = await temporaryBroker();
  await using client = await connectRaw(broker.port);
  client.socket.write(produceRequest('missing', 0, batch(), 0));
  await client.closed;
});

test('a connection that says nothing is closed', async () => {
  await using broker = await temporaryBroker({ connectionIdleMs: 50 });
  await using client = await connectRaw(broker.port);
  await client.closed;
});
