import type { Consumer, Kafka } from 'kafkajs';
import { Counter, Gauge, type Registry } from 'prom-client';
import { METRIC } from '../core/index.ts';
import type { EventFaults } from '../faults/event-faults.ts';
import { createReordering } from '../faults/reordering.ts';
import type { Chassis, ConsumerDefinition } from '../service.ts';
import { keepTrying } from '../runtime/keep-trying.ts';
import { topicsOf, watchLag } from './consumer-lag.ts';
import { processBatch } from './process-batch.ts';
import type { ProducerRuntime } from './producer.ts';

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1000;
/**
 * The broker answers a fetch as soon as there is a message: a longer wait costs no latency. A stop and
 * a change of the group wait for the fetch under way.
 */
const FETCH_WAIT_MS = 1500;

export interface ConsumerOptions {
  kafka: Kafka;
  chassis: Chassis;
  definition: ConsumerDefinition;
  producer: ProducerRuntime;
  metrics: ConsumerMetrics;
  faults: EventFaults;
}

export interface ConsumerMetrics {
  readonly lag: Gauge<'topic' | 'partition' | 'group'>;
  readonly reordered: Counter<'topic' | 'group'>;
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
    reordered: new Counter({
      name: METRIC.reordered,
      help: 'Events handled after a later one of their partition',
      labelNames: ['topic', 'group'],
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
          chassis.log.warn({ err: error, group: definition.group }, 'consumer starts again'),
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
  const { kafka, definition, metrics, faults } = options;
  const reordering = createReordering(faults, options.chassis.clock);
  // A counter that is there from the beginning tells its first increase.
  for (const topic of topicsOf(definition)) {
    metrics.reordered.inc({ topic, group: definition.group }, 0);
  }
  const consumer = kafka.consumer({
    groupId: definition.group,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
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
  let following: Disposable | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: topicsOf(definition), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) =>
        processBatch({ ...options, reordering, signal }, payload, (position, message) =>
          lag.processed(position, message),
        ),
    });
    following = faults.followPauses(() => applyPauses(consumer, definition, faults));
    await Promise.race([crashed, ended]);
  } finally {
    following?.[Symbol.dispose]();
    await lag.close();
    await consumer.disconnect().catch(() => undefined);
  }
}

/** Makes `consumer` fetch nothing of the topics that are paused, and go on with the others. */
function applyPauses(
  consumer: Consumer,
  definition: ConsumerDefinition,
  faults: EventFaults,
): void {
  const paused = new Set(consumer.paused().map(({ topic }) => topic));
  for (const topic of topicsOf(definition)) {
    if (faults.isPaused(topic)) consumer.pause([{ topic }]);
    else if (paused.has(topic)) consumer.resume([{ topic }]);
  }
}
