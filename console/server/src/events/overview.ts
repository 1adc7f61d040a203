import { DEAD_LETTER_SUFFIX } from '@faultline/chassis/core';
import type { Topic, TopicGroup } from '../contract/index.ts';
import type { BrokerGroup, PartitionEnds } from './broker.ts';
import { drainOf, slowestOf, sumOf } from './drain.ts';
import type { Rates } from './rates.ts';

/** What the broker said at one moment. */
export interface Look {
  ends: ReadonlyMap<string, readonly PartitionEnds[]>;
  groups: readonly BrokerGroup[];
}

/** What waits on the dead-letter topics, by their names. */
export type Waiting = ReadonlyMap<string, { waiting: number; oldestAt: number | null }>;

const inName = (topic: string, partition: number) => `in ${topic} ${partition}`;
const outName = (group: string, topic: string, partition: number) =>
  `out ${group} ${topic} ${partition}`;

/** Ends and committed offsets of a look, as positions whose growth is a rate. */
export function positionsOf({ ends, groups }: Look): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [topic, partitions] of ends) {
    for (const { partition, high } of partitions) positions.set(inName(topic, partition), high);
  }
  for (const { group, committed } of groups) {
    for (const { topic, partition, offset } of committed) {
      positions.set(outName(group, topic, partition), offset);
    }
  }
  return positions;
}

/** Every topic with its partitions, groups and dead letters, put together. */
export function overviewOf(look: Look, rates: Rates, waiting: Waiting): Topic[] {
  return [...look.ends].map(([name, ends]) => {
    const partitions = ends.map(({ partition, low, high }) => ({
      ...{ partition, low, high },
      messages: high - low,
      inPerS: rates.of(inName(name, partition)),
    }));
    return {
      name,
      partitions,
      messages: total(ends),
      inPerS: sumOf(partitions.map(({ inPerS }) => inPerS)),
      groups: look.groups
        .map((group) => viewGroup(group, name, ends, rates))
        .filter((group) => group !== null)
        .sort((a, b) => a.group.localeCompare(b.group)),
      deadLetters: viewDeadLetters(name + DEAD_LETTER_SUFFIX, look, waiting),
    };
  });
}

function viewGroup(
  { group, state, members, committed }: BrokerGroup,
  topic: string,
  ends: readonly PartitionEnds[],
  rates: Rates,
): TopicGroup | null {
  const own = new Map(
    committed
      .filter((at) => at.topic === topic)
      .map(({ partition, offset }) => [partition, offset]),
  );
  const readers = members.filter(({ assigned }) => assigned[topic] !== undefined);
  if (own.size === 0 && readers.length === 0) return null;
  const partitions = ends.map(({ partition, low, high }) => {
    const offset = own.get(partition) ?? null;
    // Without a commit a group of the lab begins with the oldest message.
    const lag = Math.max(0, high - Math.max(offset ?? low, low));
    const outPerS = offset === null ? 0 : rates.of(outName(group, topic, partition));
    const drain = drainOf(lag, rates.of(inName(topic, partition)), outPerS);
    return { partition, committed: offset, ...drain };
  });
  return {
    group,
    brokerState: state,
    members: readers.map(({ id, clientId, assigned }) => ({
      ...{ id, clientId },
      partitions: [...(assigned[topic] ?? [])].sort((a, b) => a - b),
    })),
    ...slowestOf(partitions),
    partitions,
  };
}

function viewDeadLetters(topic: string, { ends }: Look, waiting: Waiting): Topic['deadLetters'] {
  const own = ends.get(topic);
  if (!own) return null;
  const { waiting: left = 0, oldestAt = null } = waiting.get(topic) ?? {};
  return { topic, count: total(own), waiting: left, oldestAt };
}

function total(ends: readonly PartitionEnds[]): number {
  return ends.reduce((sum, { low, high }) => sum + high - low, 0);
}
