import type { Admin, Consumer, Kafka, KafkaMessage } from 'kafkajs';
import type { Gauge } from 'prom-client';
import type { Clock } from '../core/index.ts';
import type { Chassis, ConsumerDefinition } from '../service.ts';

const MEASURE_EVERY_MS = 1000;
/** A consumer that is not behind and has nothing to do is asked less often. */
const MEASURE_IDLE_EVERY_MS = 5000;

/** The topics a consumer reads, as a list. */
export function topicsOf({ topic }: Pick<ConsumerDefinition, 'topic'>): string[] {
  return typeof topic === 'string' ? [topic] : [...topic];
}

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
  const { group } = definition;
  const topics = topicsOf(definition);
  const admin = kafka.admin();
  const end = new AbortController();
  const pace = createPace(chassis.clock, end.signal);
  /** Next offset to process, by topic and partition, of what is assigned to this member. */
  const next = new Map<string, bigint>();
  let assigned: { topic: string; partition: number }[] = [];

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const { topic, partition } of assigned) {
      gauge.remove({ topic, group, partition: String(partition) });
    }
    assigned = topics.flatMap((topic) =>
      (payload.memberAssignment[topic] ?? []).map((partition) => ({ topic, partition })),
    );
    next.clear();
    pace.hurry();
  });

  async function measure(): Promise<void> {
    if (assigned.some((position) => !next.has(keyOf(position)))) {
      const committed = await readCommitted(admin, group, topics);
      for (const { key, position } of committed) if (!next.has(key)) next.set(key, position);
    }
    const mine = new Set(assigned.map(({ topic }) => topic));
    for (const topic of mine) await measureTopic(topic);
  }

  async function measureTopic(topic: string): Promise<void> {
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
      if (!assigned.some((one) => one.topic === topic && one.partition === partition)) continue;
      const position = next.get(keyOf({ topic, partition })) ?? BigInt(low);
      const behind = BigInt(high) - position;
      if (behind > 0n) pace.hurry();
      gauge.set({ topic, group, partition: String(partition) }, Math.max(0, Number(behind)));
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
      await pace.rest();
    }
    await admin.disconnect().catch(() => undefined);
  })();

  return {
    processed(position: { topic: string; partition: number }, message: KafkaMessage) {
      next.set(keyOf(position), BigInt(message.offset) + 1n);
      pace.hurry();
    },
    async close() {
      end.abort(new Error('consumer closed'));
      await running;
    },
  };
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}

/** What the group has committed, where it has committed anything. */
async function readCommitted(
  admin: Admin,
  groupId: string,
  topics: string[],
): Promise<{ key: string; position: bigint }[]> {
  const committed = await admin.fetchOffsets({ groupId, topics });
  return committed
    .flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({
        key: keyOf({ topic, partition }),
        position: BigInt(offset),
      })),
    )
    .filter(({ position }) => position >= 0n);
}

/** The time between two measurements: short while there is something to see. */
function createPace(clock: Clock, end: AbortSignal) {
  let busy = true;
  return {
    hurry() {
      busy = true;
    },
    async rest() {
      const untilMs = clock.monotonicMs() + MEASURE_IDLE_EVERY_MS;
      do {
        await clock.sleep(MEASURE_EVERY_MS, end).catch(() => undefined);
      } while (!busy && !end.aborted && clock.monotonicMs() < untilMs);
      busy = false;
    },
  };
}
