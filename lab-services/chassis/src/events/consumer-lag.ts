import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import type { Gauge } from 'prom-client';
import type { Chassis, ConsumerDefinition } from '../service.ts';

const MEASURE_EVERY_MS = 1000;

export interface LagOptions {
  kafka: Kafka;
  consumer: Consumer;
  definition: ConsumerDefinition;
  gauge: Gauge<'topic' | 'partition' | 'group'>;
  chassis: Chassis;
}

/**
 * Measures how far the partitions of this member are behind: end of the partition less the next
 * offset to process. It asks the broker, because a consumer that hangs sees no new end.
 */
export function watchLag({ kafka, consumer, definition, gauge, chassis }: LagOptions) {
  const { topic, group } = definition;
  const admin = kafka.admin();
  const end = new AbortController();
  /** Next offset to process of each partition that is assigned to this member. */
  const next = new Map<number, bigint>();
  let assigned: number[] = [];

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of assigned) gauge.remove({ topic, group, partition: String(partition) });
    assigned = payload.memberAssignment[topic] ?? [];
    next.clear();
  });

  async function measure(): Promise<void> {
    if (assigned.length === 0) return;
    if (assigned.some((partition) => !next.has(partition))) await readCommitted();
    const ends = await admin.fetchTopicOffsets(topic);
    for (const { partition, high, low } of ends) {
      if (!assigned.includes(partition)) continue;
      const position = next.get(partition) ?? BigInt(low);
      const behind = BigInt(high) - position;
      gauge.set({ topic, group, partition: String(partition) }, Math.max(0, Number(behind)));
    }
  }

  async function readCommitted(): Promise<void> {
    const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    for (const { partition, offset } of committed?.partitions ?? []) {
      const position = BigInt(offset);
      if (position >= 0n && !next.has(partition)) next.set(partition, position);
    }
  }

  const running = (async () => {
    let connected = false;
    while (!end.signal.aborted) {
      try {
        if (!connected) await admin.connect();
        connected = true;
        await measure();
      } catch (error) {
        chassis.log.debug({ err: error }, 'consumer lag not measured');
      }
      await chassis.clock.sleep(MEASURE_EVERY_MS, end.signal).catch(() => undefined);
    }
    await admin.disconnect().catch(() => undefined);
  })();

  return {
    processed(partition: number, message: KafkaMessage) {
      next.set(partition, BigInt(message.offset) + 1n);
    },
    async close() {
      end.abort(new Error('consumer closed'));
      await running;
    },
  };
}
