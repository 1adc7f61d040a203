import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { EventFaults } from '../faults/event-faults.ts';
import type { Reordering } from '../faults/reordering.ts';
import type { Chassis, ConsumerDefinition } from '../service.ts';
import { processMessage } from './process-message.ts';
import type { ConsumerMetrics } from './consumer.ts';
import type { ProducerRuntime } from './producer.ts';

/** After this many messages, or this long, a batch's progress is committed before its end. */
const COMMIT_EVERY = 20;
const COMMIT_AFTER_MS = 100;
/** A batch that has to wait for more messages is fetched again after this long. */
const WAIT_MS = 50;

export interface BatchOptions {
  chassis: Chassis;
  definition: ConsumerDefinition;
  producer: ProducerRuntime;
  metrics: Pick<ConsumerMetrics, 'reordered'>;
  faults: EventFaults;
  reordering: Reordering;
  signal: AbortSignal;
}

/**
 * Handles the messages of one fetch. Offsets move when what is before them is done with, and are
 * committed then: what is left is fetched again.
 *
 * @param processed called with the last message of those that are done with
 */
export async function processBatch(
  options: BatchOptions,
  payload: EachBatchPayload,
  processed: (position: { topic: string; partition: number }, message: KafkaMessage) => void,
): Promise<void> {
  const { batch } = payload;
  const { chassis, definition, metrics, faults, reordering, signal } = options;
  const { messages } = batch;
  const progress = createProgress(payload, chassis);
  try {
    for (let done = 0; done < messages.length;) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      if (faults.isAny && faults.isPaused(batch.topic)) return;
      const next = reordering.next(batch, messages, done);
      if (next.length === 0) {
        await chassis.clock.sleep(WAIT_MS, signal).catch(() => undefined);
        return;
      }
      for (const message of next) if (!(await handle(options, payload, message))) return;
      done += next.length;
      if (next.length > 1) {
        metrics.reordered.inc({ topic: batch.topic, group: definition.group }, next.length - 1);
      }
      const last = messages[done - 1]!;
      payload.resolveOffset(last.offset);
      processed(batch, last);
      await progress.advance(next.length);
      await payload.heartbeat();
    }
  } finally {
    await progress.commit();
  }
}

/** @returns whether the message is done with; false if the service ends first */
async function handle(
  options: BatchOptions,
  payload: EachBatchPayload,
  message: KafkaMessage,
): Promise<boolean> {
  const { batch } = payload;
  const { faults } = options;
  const deliver = () =>
    processMessage({ ...options, heartbeat: () => payload.heartbeat() }, batch, message);
  if (!(await deliver())) return false;
  return faults.isAny && faults.isRepeated(batch.topic) ? deliver() : true;
}

/** Commits what was resolved: now and then, and at the end. */
function createProgress(payload: EachBatchPayload, { clock }: Pick<Chassis, 'clock'>) {
  let uncommitted = 0;
  let committedMs = clock.monotonicMs();
  async function commit(): Promise<void> {
    if (uncommitted === 0) return;
    await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
    uncommitted = 0;
    committedMs = clock.monotonicMs();
  }
  return {
    commit,
    async advance(count: number) {
      uncommitted += count;
      const waitedMs = clock.monotonicMs() - committedMs;
      if (uncommitted >= COMMIT_EVERY || waitedMs >= COMMIT_AFTER_MS) await commit();
    },
  };
}
