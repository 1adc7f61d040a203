import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBatchHead } from '../records/batch.ts';
import { buildBatch, type BatchContent } from '../testing/batches.ts';
import { temporaryFolder } from '../testing/temporary-broker.ts';
import { openPartitionLog, type LogSettings, type PartitionLog } from './partition-log.ts';

function open(folder: string, settings: Partial<LogSettings> = {}): PartitionLog {
  return openPartitionLog({
    folder,
    segmentBytes: 1024 * 1024,
    retentionBytes: -1,
    fsync: false,
    ...settings,
  });
}

function append(log: PartitionLog, content: BatchContent) {
  const batch = buildBatch(content);
  return log.append(batch, readBatchHead(batch, 0));
}

/** Base offsets of the batches in a piece of a log. */
function offsetsIn(bytes: Buffer | undefined): number[] {
  const offsets: number[] = [];
  for (let at = 0; bytes && at < bytes.length;) {
    const head = readBatchHead(bytes, at);
    offsets.push(head.baseOffset);
    at += head.sizeBytes;
  }
  return offsets;
}

test('batches get consecutive offsets and are read back unchanged but for their place', () => {
  using folder = temporaryFolder();
  const log = open(folder.path);
  expect(append(log, { values: ['a', 'b'] })).toEqual({ kind: 'appended', baseOffset: 0 });
  expect(append(log, { values: ['c'] })).toEqual({ kind: 'appended', baseOffset: 2 });
  expect([log.startOffset, log.endOffset]).toEqual([0, 3]);
  const read = log.read(0, 10_000, true);
  expect(offsetsIn(read)).toEqual([0, 2]);
  const sent = buildBatch({ values: ['a', 'b'] });
  expect(read?.subarray(16, sent.length)).toEqual(sent.subarray(16));
  log.close();
});

test('reading begins with the batch that holds the offset, wherever it is', () => {
  using folder = temporaryFolder();
  const log = open(folder.path, { segmentBytes: 20_000 });
  for (let count = 0; count < 300; count += 1) {
    append(log, { values: ['x'.repeat((count * 37) % 900), 'y'] });
  }
  for (let offset = 0; offset < 600; offset += 1) {
    expect(offsetsIn(log.read(offset, 1, true))).toEqual([offset - (offset % 2)]);
  }
  log.close();
});

test('a batch larger than the limit is only read when at least one is asked for', () => {
  using folder = temporaryFolder();
  const log = open(folder.path);
  append(log, { values: ['z'.repeat(30_000)] });
  append(log, { values: ['after'] });
  expect(log.read(0, 1000, false)).toHaveLength(0);
  expect(offsetsIn(log.read(0, 1000, true))).toEqual([0]);
  expect(offsetsIn(log.read(1, 1000, true))).toEqual([1]);
  log.close();
});

test('offsets outside the log are told apart from its end', () => {
  using folder = temporaryFolder();
  const log = open(folder.path);
  expect(log.read(0, 100, true)).toHaveLength(0);
  append(log, { values: ['a'] });
  expect(log.read(1, 100, true)).toHaveLength(0);
  expect(log.read(2, 100, true)).toBeUndefined();
  expect(log.read(-1, 100, true)).toBeUndefined();
  log.close();
});

test.each([
  [
    'half a batch',
    (path: string) => appendFileSync(path, buildBatch({ values: ['t'] }).subarray(0, 40)),
  ],
  ['bytes of nothing', (path: string) => appendFileSync(path, Buffer.alloc(500))],
  [
    'a batch with a wrong offset',
    (path: string) => appendFileSync(path, buildBatch({ values: ['t'] })),
  ],
])('%s at the end is cut off when the log is opened again', (_, damage) => {
  using folder = temporaryFolder();
  const before = open(folder.path);
  append(before, { values: ['a', 'b'] });
  before.close();
  const path = join(folder.path, '00000000000000000000.log');
  const intact = readFileSync(path);
  damage(path);
  const after = open(folder.path);
  expect(after.endOffset).toBe(2);
  expect(after.repairedBytes).toBeGreaterThan(0);
  expect(readFileSync(path)).toEqual(intact);
  expect(append(after, { values: ['c'] })).toEqual({ kind: 'appended', baseOffset: 2 });
  after.close();
});

test('the log survives being cut at any byte of its last batch', () => {
  using folder = temporaryFolder();
  const first = open(folder.path);
  append(first, { values: ['kept'] });
  append(first, { values: ['torn'] });
  first.close();
  const path = join(folder.path, '00000000000000000000.log');
  const whole = readFileSync(path);
  for (let size = whole.length - 1; size >= whole.length / 2; size -= 1) {
    writeFileSync(path, whole);
    truncateSync(path, size);
    const log = open(folder.path);
    expect([log.endOffset, offsetsIn(log.read(0, 1000, true))]).toEqual([1, [0]]);
    log.close();
  }
});

test('a changed byte in the last segment ends the log before its batch', () => {
  using folder = temporaryFolder();
  const first = open(folder.path);
  for (const value of ['a', 'b', 'c']) append(first, { values: [value] });
  first.close();
  const path = join(folder.path, '00000000000000000000.log');
  const bytes = readFileSync(path);
  const batchBytes = bytes.length / 3;
  bytes.writeUInt8(0x7f, 2 * batchBytes - 2);
  writeFileSync(path, bytes);
  const log = open(folder.path);
  expect(log.endOffset).toBe(1);
  log.close();
});

test('old closed segments are deleted and the start offset moves up', () => {
  using folder = temporaryFolder();
  const log = open(folder.path, { segmentBytes: 2000, retentionBytes: 6000 });
  for (let count = 0; count < 100; count += 1) append(log, { values: ['v'.repeat(400)] });
  expect(log.sizeBytes).toBeLessThanOrEqual(6000 + 2000);
  expect(log.startOffset).toBeGreaterThan(80);
  expect(log.read(0, 100, true)).toBeUndefined();
  expect(offsetsIn(log.read(log.startOffset, 1, true))).toEqual([log.startOffset]);
  const { startOffset, endOffset } = log;
  log.close();
  const again = open(folder.path, { segmentBytes: 2000, retentionBytes: 6000 });
  expect([again.startOffset, again.endOffset]).toEqual([startOffset, endOffset]);
  again.close();
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.snapshot')).length).toBe(
    readdirSync(folder.path).filter((name) => name.endsWith('.log')).length,
  );
});

test('the first record at or after a time is found, over segments and within batches', () => {
  using folder = temporaryFolder();
  const log = open(folder.path, { segmentBytes: 3000 });
  for (let count = 0; count < 100; count += 1) {
    append(log, { values: ['a', 'b', 'c'], timestamp: 1000 + count * 10 });
  }
  expect(log.findByTime(0)).toEqual({ offset: 0, timestamp: 1000 });
  expect(log.findByTime(1500)).toEqual({ offset: 150, timestamp: 1500 });
  expect(log.findByTime(1501)).toEqual({ offset: 151, timestamp: 1501 });
  expect(log.findByTime(1503)).toEqual({ offset: 153, timestamp: 1510 });
  expect(log.findByTime(1993)).toBeUndefined();
  log.close();
});

test('a producer that repeats a batch is given the first offset, also after a restart', () => {
  using folder = temporaryFolder();
  const producer = { producerId: 7, producerEpoch: 0 };
  let log = open(folder.path, { segmentBytes: 1024 });
  for (let sequence = 0; sequence < 40; sequence += 2) {
    const outcome = append(log, { ...producer, values: ['a', 'b'], baseSequence: sequence });
    expect(outcome).toEqual({ kind: 'appended', baseOffset: sequence });
    const repeated = append(log, { ...producer, values: ['a', 'b'], baseSequence: sequence });
    expect(repeated).toEqual({ kind: 'duplicate', baseOffset: sequence });
    log.close();
    log = open(folder.path, { segmentBytes: 1024 });
    for (let back = sequence; back >= Math.max(0, sequence - 8); back -= 2) {
      const old = append(log, { ...producer, values: ['a', 'b'], baseSequence: back });
      expect(old).toEqual({ kind: 'duplicate', baseOffset: back });
    }
  }
  expect(log.endOffset).toBe(40);
  log.close();
});

test('a gap, an old epoch and a new epoch that does not begin at 0 are told', () => {
  using folder = temporaryFolder();
  const log = open(folder.path);
  const send = (producerEpoch: number, baseSequence: number) =>
    append(log, { values: ['a'], producerId: 1, producerEpoch, baseSequence });
  expect(send(1, 0).kind).toBe('appended');
  expect(send(1, 2)).toEqual({ kind: 'gap', expected: 1 });
  expect(send(0, 1)).toEqual({ kind: 'fenced', currentEpoch: 1 });
  expect(send(2, 5)).toEqual({ kind: 'gap', expected: 0 });
  expect(send(2, 0).kind).toBe('appended');
  log.close();
});

test('sequences go on at 0 after 2^31 - 1', () => {
  using folder = temporaryFolder();
  const log = open(folder.path);
  const send = (baseSequence: number) =>
    append(log, { values: ['a', 'b'], producerId: 1, producerEpoch: 0, baseSequence });
  expect(send(2 ** 31 - 1).kind).toBe('appended');
  expect(send(1).kind).toBe('appended');
  log.close();
});
