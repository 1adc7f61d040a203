import type { BrokerSettings } from '../options.ts';
import type { Topic, TopicOverrides } from '../storage/topics.ts';

/** A setting of a topic as clients see it. */
export interface TopicConfig {
  name: string;
  value: string;
  isDefault: boolean;
  isReadOnly: boolean;
  /** Number of the type in DescribeConfigs: 2 text, 3 int, 5 long, 7 list. */
  type: number;
}

/** The settings that a topic may have of its own; `key` is its name in `TopicOverrides`. */
const SETTABLE = [
  { name: 'retention.bytes', key: 'retentionBytes', min: -1, type: 5 },
  { name: 'segment.bytes', key: 'segmentBytes', min: 1024, type: 3 },
  { name: 'max.message.bytes', key: 'maxMessageBytes', min: 128, type: 3 },
] as const;

/** Settings that are what they are; giving this very value is allowed. */
const FIXED = [
  { name: 'cleanup.policy', value: 'delete', type: 7 },
  { name: 'compression.type', value: 'producer', type: 2 },
  { name: 'message.timestamp.type', value: 'CreateTime', type: 2 },
  { name: 'min.insync.replicas', value: '1', type: 3 },
  { name: 'retention.ms', value: '-1', type: 5 },
] as const;

/** Reads the configs of a CreateTopics request, or says which one cannot be taken. */
export function parseTopicConfigs(
  configs: readonly { name: string; value: string | null }[],
): { kind: 'parsed'; overrides: TopicOverrides } | { kind: 'refused'; reason: string } {
  const overrides: TopicOverrides = {};
  for (const { name, value } of configs) {
    const settable = SETTABLE.find((config) => config.name === name);
    const fixed = FIXED.find((config) => config.name === name);
    if (value === null || fixed?.value === value) continue;
    if (fixed) return refused(`${name} is always ${fixed.value} here, not ${value}`);
    if (!settable) return refused(`${name} is not a setting of this broker's topics`);
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < settable.min || number > 2 ** 47) {
      return refused(`${name} must be a whole number from ${settable.min} on, not ${value}`);
    }
    overrides[settable.key] = number;
  }
  return { kind: 'parsed', overrides };
}

/** All settings of a topic. */
export function topicConfigs(topic: Topic, settings: BrokerSettings): TopicConfig[] {
  return [
    ...SETTABLE.map(({ name, key, type }) => ({
      name,
      value: String(topic.overrides[key] ?? settings[key]),
      isDefault: topic.overrides[key] === undefined,
      isReadOnly: false,
      type,
    })),
    ...FIXED.map(({ name, value, type }) => ({
      name,
      value,
      isDefault: true,
      isReadOnly: true,
      type,
    })),
  ];
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason };
}
