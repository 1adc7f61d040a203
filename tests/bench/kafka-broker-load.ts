import { once } from 'node:events';
import { connect } from 'node:net';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { fetchFrame, produceFrame } from './kafka-broker-frames.ts';

/**
 * The load on a broker, in a process of its own: `node kafka-broker-load.ts <port> <topic> <kind>
 * <batch size> <duration in ms>`. Prints one line of JSON.
 *
 * - `frames`: ready-made Produce frames, five unanswered at a time as the Java producer has by
 *   default, so that the broker is what limits. `{ sent, perSecond }`
 * - `kafkajs`: one `send` after another. `{ sent, perSecond }`
 * - `latency`: one message after another, from its first byte sent until a waiting consumer has
 *   it. `{ p50, p99 }` in ms
 */
const [, , port, topic = 't', kind, batch, duration] = process.argv;
const address = { host: '127.0.0.1', port: Number(port) };
const batchSize = Number(batch);
const durationMs = Number(duration);
const VALUE_BYTES = 1024;
const IN_FLIGHT = 5;

const measure = { frames: measureFrames, kafkajs: measureKafkajs, latency: measureLatency }[
  kind as 'frames' | 'kafkajs' | 'latency'
];
process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);

/** A connection that tells each answer, without its size. */
async function open(onAnswer: (answer: Buffer) => void) {
  const socket = connect(address);
  socket.setNoDelay(true);
  let pending: Buffer[] = [];
  let buffered = 0;
  socket.on('data', (chunk: Buffer) => {
    pending.push(chunk);
    buffered += chunk.length;
    for (;;) {
      if (buffered < 4) return;
      const [first] = pending;
      const all: Buffer = pending.length === 1 && first ? first : Buffer.concat(pending);
      const end = 4 + all.readInt32BE(0);
      pending = [all];
      if (buffered < end) return;
      pending = [all.subarray(end)];
      buffered -= end;
      onAnswer(all.subarray(4, end));
    }
  });
  await once(socket, 'connect');
  return socket;
}

async function measureFrames() {
  const frame = produceFrame(topic, batchSize, VALUE_BYTES);
  const done = Promise.withResolvers<void>();
  const beginMs = performance.now();
  let answers = 0;
  let unanswered = 0;
  const socket = await open((answer) => {
    // correlation_id [topic [partition error_code …]]
    const error = answer.readInt16BE(4 + 4 + 2 + topic.length + 4 + 4);
    if (error !== 0) done.reject(new Error(`Produce was answered with error ${error}`));
    answers += 1;
    unanswered -= 1;
    if (performance.now() - beginMs < durationMs) send();
    else if (unanswered === 0) done.resolve();
  });
  const send = () => {
    unanswered += 1;
    socket.write(frame);
  };
  for (let count = 0; count < IN_FLIGHT; count += 1) send();
  await done.promise;
  return rate(answers * batchSize, beginMs);
}

async function measureKafkajs() {
  const brokers = [`${address.host}:${address.port}`];
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const value = Buffer.alloc(VALUE_BYTES, 'x');
  const messages = Array.from({ length: batchSize }, () => ({ value }));
  const beginMs = performance.now();
  let sent = 0;
  while (performance.now() - beginMs < durationMs) {
    await producer.send({ topic, acks: -1, messages });
    sent += batchSize;
  }
  return rate(sent, beginMs);
}

async function measureLatency() {
  const produced = Promise.withResolvers<void>();
  const latencies: number[] = [];
  const frame = produceFrame(topic, 1, VALUE_BYTES);
  const endMs = performance.now() + durationMs;
  let offset = -1;
  let sentMs = 0;
  const producer = await open(() => undefined);
  const send = () => {
    sentMs = performance.now();
    producer.write(frame);
  };
  const consumer = await open((answer) => {
    // correlation_id throttle [topic [partition error high_watermark last_stable aborted records]]
    const at = 4 + 4 + 4 + 2 + topic.length + 4 + 4;
    const error = answer.readInt16BE(at);
    if (error !== 0)
      produced.reject(new Error(`Fetch from ${offset} was answered with error ${error}`));
    const end = Number(answer.readBigInt64BE(at + 2));
    const hasArrived = answer.readInt32BE(at + 2 + 8 + 8 + 4) > 0;
    if (hasArrived && offset >= 0) latencies.push(performance.now() - sentMs);
    offset = end;
    if (performance.now() > endMs) {
      produced.resolve();
      return;
    }
    consumer.write(fetchFrame(topic, offset));
    // The consumer waits at the broker before the next message is sent.
    setTimeout(send, 2);
  });
  send();
  consumer.write(fetchFrame(topic, 0));
  await produced.promise;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}

function rate(sent: number, beginMs: number) {
  return { sent, perSecond: sent / ((performance.now() - beginMs) / 1000) };
}
