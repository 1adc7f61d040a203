import { findKafka, VERSIONS } from '../real-parts/parts.ts';
import {
  cpuSeconds,
  load,
  residentMb,
  startPeer,
  startStandIn,
  type MeasuredBroker,
} from './kafka-broker-process.ts';
import type { Bench, BenchContext, Row } from './row.ts';

/** What is measured of each broker in every round. */
interface Measured {
  ready: number;
  frames1: number;
  frames100: number;
  cpu1: number;
  cpu100: number;
  kafkajs1: number;
  kafkajs100: number;
  p50: number;
  p99: number;
  memory: number;
}

const WARM_UP_MS = 4000;
const LOAD_MS = 3000;
const MILLION = 1_000_000;
const FLUSHING =
  'neither waits for the disk before it acknowledges (Kafka: log.flush.interval.messages unset; stand-in: --fsync false)';

/**
 * The broker stand-in beside Apache Kafka, both with a new process in every round; each is warmed up
 * before it is measured, and while one works the other is idle.
 */
export const kafkaBrokerBench: Bench = {
  name: 'kafka-broker',
  async run(context) {
    const ours: Measured[] = [];
    const peers: Measured[] = [];
    const hasPeer = findKafka() !== null;
    // Fills the compile cache, which a fleet has from its second start on.
    await (await startStandIn(context.root))[Symbol.asyncDispose]();
    for (let round = 1; round <= context.rounds; round += 1) {
      context.say(`round ${round} of ${context.rounds}`);
      ours.push(await measure(() => startStandIn(context.root), context));
      if (hasPeer) peers.push(await measure(startPeer, context));
    }
    return rowsOf(ours, peers);
  },
};

async function measure(
  start: () => Promise<MeasuredBroker>,
  { say }: BenchContext,
): Promise<Measured> {
  await using broker = await start();
  for (const size of [1, 100]) await load(broker, 'frames', size, WARM_UP_MS);
  const one = await measureFrames(broker, 1);
  const hundred = await measureFrames(broker, 100);
  const byKafkajs = (size: number) =>
    load<{ perSecond: number }>(broker, 'kafkajs', size, LOAD_MS).then(
      ({ perSecond }) => perSecond,
    );
  const kafkajs1 = await byKafkajs(1);
  const kafkajs100 = await byKafkajs(100);
  await load(broker, 'latency', 1, WARM_UP_MS);
  const { p50, p99 } = await load<{ p50: number; p99: number }>(broker, 'latency', 1, LOAD_MS);
  const measured = {
    ...{ ready: broker.readyMs, frames1: one.perSecond, cpu1: one.cpu },
    ...{ frames100: hundred.perSecond, cpu100: hundred.cpu, kafkajs1, kafkajs100 },
    ...{ p50, p99, memory: residentMb(broker.pid) },
  };
  say(
    JSON.stringify(measured, (_, value: unknown) =>
      typeof value === 'number' ? +value.toFixed(2) : value,
    ),
  );
  return measured;
}

async function measureFrames(broker: MeasuredBroker, batchSize: number) {
  const before = cpuSeconds(broker.pid);
  const result = await load<{ sent: number; perSecond: number }>(
    broker,
    'frames',
    batchSize,
    LOAD_MS,
  );
  const cpu = ((cpuSeconds(broker.pid) - before) / result.sent) * MILLION;
  return { perSecond: result.perSecond, cpu };
}

function rowsOf(ours: Measured[], peers: Measured[]): Row[] {
  const asKafka: Row['target'] = { kind: 'of-peer', factor: 1 };
  const row = (
    key: keyof Measured,
    [id, what, unit]: readonly [id: string, what: string, unit: string],
    better: Row['better'],
    target: Row['target'],
    note?: string,
  ): Row => ({
    id: `kafka-broker-${id}`,
    what: `kafka-broker: ${what}`,
    unit,
    better,
    ours: ours.map((measured) => measured[key]),
    peer:
      peers.length === 0
        ? null
        : {
            name: 'Apache Kafka',
            version: VERSIONS.kafka,
            values: peers.map((measured) => measured[key]),
          },
    target,
    ...(note === undefined ? {} : { note }),
  });
  const frames = `ready-made frames, five in flight, one connection; ${FLUSHING}`;
  const client = 'one send after another: kafkajs is the limit for both';
  return [
    row(
      'frames1',
      ['produce-1', 'produce acks=all, 1 KB, batch 1', '1/s'],
      'higher',
      asKafka,
      frames,
    ),
    row(
      'frames100',
      ['produce-100', 'produce acks=all, 1 KB, batch 100', '1/s'],
      'higher',
      asKafka,
      frames,
    ),
    row('cpu1', ['cpu-1', 'CPU per million messages, batch 1', 's'], 'lower', null),
    row('cpu100', ['cpu-100', 'CPU per million messages, batch 100', 's'], 'lower', null),
    row('kafkajs1', ['kafkajs-1', 'the same by kafkajs, batch 1', '1/s'], 'higher', null, client),
    row(
      'kafkajs100',
      ['kafkajs-100', 'the same by kafkajs, batch 100', '1/s'],
      'higher',
      null,
      client,
    ),
    row('p50', ['latency-p50', 'end-to-end latency, p50', 'ms'], 'lower', asKafka),
    row('p99', ['latency-p99', 'end-to-end latency, p99', 'ms'], 'lower', asKafka),
    row('ready', ['ready', 'ready after start', 'ms'], 'lower', { kind: 'absolute', value: 300 }),
    row('memory', ['memory', 'resident memory after the load', 'MB'], 'lower', {
      kind: 'absolute',
      value: 120,
    }),
  ];
}
