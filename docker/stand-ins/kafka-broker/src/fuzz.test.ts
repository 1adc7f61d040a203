import { createRandom } from '@faultline/chassis/core';
import { pino } from 'pino';
import { createManualClock, createSequentialIds } from '@faultline/chassis/core';
import { expect, test } from 'vitest';
import { REGISTRY } from './apis/registry.ts';
import { createGroups } from './groups/groups.ts';
import { openCommittedOffsets } from './groups/committed-offsets.ts';
import { parseOptions } from './options.ts';
import { dispatch } from './server/dispatch.ts';
import { openJournal } from './storage/journal.ts';
import { createProducerIds } from './storage/producer-ids.ts';
import { openTopics } from './storage/topics.ts';
import { buildBatch, produceRequest } from './testing/batches.ts';
import { connectRaw, encodeRequest } from './testing/raw-client.ts';
import { temporaryBroker, temporaryFolder } from './testing/temporary-broker.ts';
import { MalformedRequest } from './wire/malformed.ts';

/** The target of 100,000 takes a while: KAFKA_FUZZ=100000. */
const FRAMES = Number(process.env['KAFKA_FUZZ'] ?? 20_000);
const random = createRandom(20_260_101);
const below = (limit: number) => Math.floor(random.next() * limit);

/** A frame that begins like a request that exists, and goes on with bytes that often look like one. */
function generateFrame(): Buffer {
  const apis = [...REGISTRY.values()];
  const api = apis[below(apis.length)];
  const version =
    (api?.minVersion ?? 0) + below((api?.maxVersion ?? 0) - (api?.minVersion ?? 0) + 1);
  const frame = Buffer.alloc(8 + below(120));
  for (let at = 8; at < frame.length; at += 1) {
    const kind = below(10);
    // Small numbers make plausible lengths; ones make negative numbers; the rest is noise.
    frame[at] = kind < 6 ? below(4) : kind < 8 ? 0 : kind < 9 ? 0xff : below(256);
  }
  frame.writeInt16BE(below(50) === 0 ? below(70) : (api?.key ?? 0), 0);
  frame.writeInt16BE(version, 2);
  return frame;
}

/** A valid request with a few bytes changed. */
function mutateValid(): Buffer {
  const values = Array.from({ length: 1 + below(5) }, () => 'v'.repeat(below(50)));
  const join = encodeRequest({ key: 11, version: 5 }, (writer) => {
    writer.string('g').int32(1000).int32(1000).string('').nullableString(null).string('consumer');
    writer.array(['range'], (entry, name) => void entry.string(name).bytes(Buffer.alloc(8)));
  });
  const produce = produceRequest('t', 0, buildBatch({ values }), below(2) - 1);
  const frame = (below(2) === 0 ? join : produce).subarray(4);
  for (let count = 1 + below(3); count > 0; count -= 1) frame[below(frame.length)] = below(256);
  return frame;
}

test(
  `${FRAMES} generated requests are answered or refused, never crash, and leave little behind`,
  { timeout: 300_000 },
  async () => {
    using folder = temporaryFolder();
    const settings = parseOptions({ dataDir: folder.path, maxPartitions: 50 });
    const journal = openJournal(`${folder.path}/state.journal`, false);
    const log = pino({ level: 'silent' });
    const offsets = openCommittedOffsets(journal);
    const environment = {
      clock: createManualClock(),
      ids: createSequentialIds('id'),
      initialRebalanceDelayMs: 0,
    };
    const topics = openTopics(journal, settings, log);
    topics.create('t', 1);
    const groups = createGroups(offsets, environment);
    const state = {
      settings,
      clock: environment.clock,
      log,
      topics,
      groups,
      offsets,
      producerIds: createProducerIds(journal),
      clusterId: 'c',
      node: { id: 1, host: 'h', port: 1 },
    };
    const outcomes = { frame: 0, none: 0, close: 0, malformed: 0, waiting: 0 };
    for (let count = 0; count < FRAMES; count += 1) {
      const frame = count % 4 === 0 ? mutateValid() : generateFrame();
      try {
        const reply = dispatch(frame, { clientHost: '/test', signal: AbortSignal.abort() }, state);
        if (reply instanceof Promise) outcomes.waiting += 1;
        else outcomes[reply.kind] += 1;
      } catch (error) {
        if (!(error instanceof MalformedRequest))
          throw new Error(frame.toString('hex'), { cause: error });
        outcomes.malformed += 1;
      }
    }
    // Every way out was taken: the generator reaches behind the first length field.
    expect(Object.entries(outcomes).filter(([, count]) => count === 0)).toEqual([]);
    expect(topics.partitionCount()).toBeLessThanOrEqual(50);
    groups.close();
    topics.close();
    journal.close();
  },
);

test('connections that send noise are closed, and the broker still answers', async () => {
  await using broker = await temporaryBroker({ maxPartitions: 20 });
  for (let count = 0; count < 300; count += 1) {
    await using client = await connectRaw(broker.port);
    const frame = generateFrame();
    const size = Buffer.alloc(4);
    size.writeInt32BE(below(3) === 0 ? below(2 ** 31) : frame.length + below(5));
    client.socket.write(Buffer.concat([size, frame]));
  }
  await using client = await connectRaw(broker.port);
  expect(await client.exchange(encodeRequest({ key: 18, version: 0 }))).toBeInstanceOf(Buffer);
});
