import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { Gauge, type Registry } from 'prom-client';
import { METRIC } from '../core/index.ts';
import type { Chassis, ConsumerDefinition } from '../service.ts';
import { keepTrying } from '../runtime/keep-trying.ts';
import { watchLag } from './consumer-lag.ts';
import { processMessage } from './process-message.ts';
import type { ProducerRuntime } from './producer.ts';

/** After this many messages, or this long, a batch's progress is committed before its end. */
const COMMIT_EVERY = 20;
const COMMIT_AFTER_MS = 100;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1000;

export interface ConsumerOptions {
  kafka: Kafka;
  chassis: Chassis;
  definition: ConsumerDefinition;
  producer: ProducerRuntime;
  metrics: ConsumerMetrics;
}

export interface ConsumerMetrics {
  readonly lag: Gauge<'topic' | 'partition' | 'group'>;
}

/** Registers the instruments that all consumers of a service share. */
export function createConsumerMetrics(registry: Registry): ConsumerMetrics {
  return {
    lag: new Gauge({
      name: METRIC.consumerLag,
      help: 'Messages behind the end of the partition',
      labelNames: ['topic', 'partition', 'group'],
      registers: [registry],
    }),
  };
}

/**
 * Consumes until disposed. Offsets are committed after processing, so a message whose processing a
 * crash cut short comes again. A consumer that the library gave up on is started anew.
 */
export function startConsumer(options: ConsumerOptions): AsyncDisposable {
  const { chassis, definition } = options;
  const end = new AbortController();
  const running = (async () => {
    while (!end.signal.aborted) {
      await keepTrying(() => runOnce(options, end.signal), {
        clock: chassis.clock,
        random: chassis.random,
        signal: end.signal,
        failed: (error) =>
          chassis.log.warn({ err: error, topic: definition.topic }, 'consumer starts again'),
      });
    }
  })();
  running.catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      end.abort(new Error('consumer closed'));
      await running.catch(() => undefined);
    },
  };
}

/** One life of a consumer: resolves when it was asked to end, rejects when it crashed. */
async function runOnce(options: ConsumerOptions, signal: AbortSignal): Promise<void> {
  const { kafka, definition, metrics } = options;
  const consumer = kafka.consumer({
    groupId: definition.group,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: 500,
    retry: {
      retries: 3,
      initialRetryTime: 100,
      maxRetryTime: 1000,
      restartOnFailure: async () => false,
    },
  });
  const crashed = new Promise<never>((_resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  });
  crashed.catch(() => undefined);
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const lag = watchLag({
    kafka,
    consumer,
    definition,
    gauge: metrics.lag,
    chassis: options.chassis,
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic: definition.topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) =>
        processBatch(options, payload, signal, (partition, message) =>
          lag.processed(partition, message),
        ),
    });
    await Promise.race([crashed, ended]);
  } finally {
    await lag.close();
    await consumer.disconnect().catch(() => undefined);
  }
}

async function processBatch(
  options: ConsumerOptions,
  payload: EachBatchPayload,
  signal: AbortSignal,
  processed: (partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const { batch } = payload;
  const { clock } = options.chassis;
  let uncommitted = 0;
  let committedMs = clock.monotonicMs();
  const commit = async () => {
    if (uncommitted === 0) return;
    await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
    uncommitted = 0;
    committedMs = clock.monotonicMs();
  };
  try {
    for (const message of batch.messages) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const settled = await processMessage(
        { ...options, heartbeat: () => payload.heartbeat(), signal },
        batch,
        message,
      );
      if (!settled) return;
      payload.resolveOffset(message.offset);
      processed(batch.partition, message);
      uncommitted++;
      const waitedMs = clock.monotonicMs() - committedMs;
      if (uncommitted >= COMMIT_EVERY || waitedMs >= COMMIT_AFTER_MS) await commit();
      await payload.heartbeat();
    }
  } finally {
    await commit();
  }
}
