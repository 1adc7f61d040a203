import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';
import { startProcess } from './testing/broker-process.ts';
import { buildBatch, produceRequest } from './testing/batches.ts';
import { connectRaw, encodeRequest, readResponse } from './testing/raw-client.ts';
import { temporaryFolder } from './testing/temporary-broker.ts';
import { readBatchHead } from './records/batch.ts';
import { inflateRecords } from './records/records.ts';

/** 10 kills by default; the target of 100 takes a minute: KAFKA_KILLS=100. */
const KILLS = Number(process.env['KAFKA_KILLS'] ?? 10);
const PARTITIONS = 3;
const PRODUCER = { producerId: 1, producerEpoch: 0 };

/**
 * Sends numbered messages, each again until it is acknowledged, as an idempotent producer does.
 * Returns how many were acknowledged per partition when the broker is gone.
 */
async function produceUntilGone(port: number, acknowledged: number[], enough: () => void) {
  await using client = await connectRaw(port);
  try {
    for (let sent = 0; ; sent += 1) {
      const partition = sent % PARTITIONS;
      const sequence = acknowledged[partition] ?? 0;
      const values = [`${partition}:${sequence}`.padEnd(200, '.')];
      const batch = buildBatch({ ...PRODUCER, values, baseSequence: sequence });
      const response = readResponse(await client.exchange(produceRequest('t', partition, batch)));
      expect(readProduceResponse(response)).toMatchObject({ error: 0, baseOffset: sequence });
      acknowledged[partition] = sequence + 1;
      if (sent === 30) enough();
    }
  } catch (error) {
    if (!String(error).includes('closed before the answer')) throw error;
  }
}

function readProduceResponse(reader: ReturnType<typeof readResponse>) {
  reader.int32();
  reader.string();
  reader.int32();
  reader.int32();
  return { error: reader.int16(), baseOffset: reader.int64() };
}

/** The values of a whole partition, read in one Fetch after another. */
async function readPartition(port: number, partition: number): Promise<string[]> {
  await using client = await connectRaw(port);
  const values: string[] = [];
  for (;;) {
    const before = values.length;
    const request = encodeRequest({ key: 1, version: 4 }, (writer) => {
      writer.int32(-1).int32(0).int32(0).int32(1_000_000).int8(0);
      writer.array(['t'], (topic, name) => {
        topic.string(name).array([partition], (entry, index) => {
          entry.int32(index).int64(values.length).int32(1_000_000);
        });
      });
    });
    const reader = readResponse(await client.exchange(request));
    reader.int32();
    reader.array((topic) => {
      topic.string();
      topic.array((entry) => {
        entry.int32();
        expect(entry.int16()).toBe(0);
        entry.int64();
        entry.int64();
        entry.nullableArray(() => undefined);
        values.push(...valuesIn(entry.bytes()));
      });
    });
    if (values.length === before) return values;
  }
}

function valuesIn(bytes: Buffer): string[] {
  const values: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const head = readBatchHead(bytes, at);
    const text = inflateRecords(bytes.subarray(at, at + head.sizeBytes), head)?.toString('latin1');
    values.push(/\d+:\d+/.exec(text ?? '')?.[0] ?? '');
    at += head.sizeBytes;
  }
  return values;
}

test(
  `no acknowledged message is lost and none doubled when the broker is killed ${KILLS} times`,
  { timeout: 300_000 },
  async () => {
    using folder = temporaryFolder();
    const args = ['--port', '0', '--data-dir', folder.path, '--topic', `t:${PARTITIONS}`];
    // Small segments, so that kills meet the change from one file to the next too.
    const start = () => startProcess([...args, '--segment-bytes', '20000']);
    const acknowledged = Array.from({ length: PARTITIONS }, () => 0);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const broker = start();
      const { port } = await broker.ready;
      await produceUntilGone(port, acknowledged, () => broker.kill('SIGKILL'));
      await broker.exitCode;
    }
    const broker = start();
    const { port } = await broker.ready;
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const values = await readPartition(port, partition);
      const expected = acknowledged[partition] ?? 0;
      // The very last message may have been stored without its acknowledgement having arrived.
      expect(values.length - expected).toBeOneOf([0, 1]);
      expect(values).toEqual(values.map((_, index) => `${partition}:${index}`));
    }
    broker.kill('SIGTERM');
    expect(await broker.exitCode).toBe(0);
  },
);

test('a kafkajs producer that sends while the broker is killed finds every acknowledged message again', async () => {
  using folder = temporaryFolder();
  const first = startProcess(['--port', '0', '--data-dir', folder.path]);
  const { port } = await first.ready;
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 30, retries: 20 },
  });
  const producer = kafka.producer({
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let second: ReturnType<typeof startProcess> | undefined;
  for (let count = 0; count < 60; count += 1) {
    if (count === 20) {
      first.kill('SIGKILL');
      await first.exitCode;
      second = startProcess(['--port', String(port), '--data-dir', folder.path]);
    }
    const compression = count % 2 ? CompressionTypes.GZIP : CompressionTypes.None;
    await producer.send({ topic: 't', acks: -1, compression, messages: [{ value: `${count}` }] });
  }
  const admin = kafka.admin();
  await admin.connect();
  expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ low: '0', high: '60' }]);
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  second?.kill('SIGTERM');
  expect(await second?.exitCode).toBe(0);
});
