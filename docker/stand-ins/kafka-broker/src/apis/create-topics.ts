import { defineApi, type Call } from './api.ts';
import { parseTopicConfigs, topicConfigs, type TopicConfig } from './topic-configs.ts';
import { createTopic, refuseCreation } from './topic-creation.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireReader } from '../wire/reader.ts';
import type { WireWriter } from '../wire/writer.ts';

interface NewTopic {
  name: string;
  partitions: number;
  replicationFactor: number;
  assignments: number[];
  configs: { name: string; value: string | null }[];
}

interface TopicResult {
  name: string;
  error: ErrorCode;
  reason: string | null;
  partitions: number;
  configs: TopicConfig[];
}

/** A topic has its own settings, or the broker's. */
const SOURCE = { TOPIC: 1, DEFAULT: 5 };

/**
 * ```
 * CreateTopics Request (Version: 0-6) => [topics] timeout_ms validate_only(1+) TAG_BUFFER(5+)
 *   topics => name num_partitions replication_factor [assignments] [configs] TAG_BUFFER(5+)
 *     name => STRING
 *     num_partitions => INT32            -1 from version 4 on: the broker's default
 *     replication_factor => INT16        -1 from version 4 on: the broker's default; or 1
 *     assignments => partition_index [broker_ids] TAG_BUFFER(5+)
 *       partition_index, broker_ids => INT32
 *     configs => name value TAG_BUFFER(5+)
 *       name => STRING   value => NULLABLE_STRING
 *   timeout_ms => INT32
 *   validate_only => BOOLEAN
 * ```
 */
export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 5,
  decode(reader, version) {
    const topics = reader.array(decodeTopic);
    reader.int32();
    const isTrial = version >= 1 ? reader.boolean() : false;
    reader.tags();
    return { topics, isTrial };
  },
  handle({ topics, isTrial }, call) {
    return topics.map((topic) => create(topic, isTrial, call));
  },
  encode: encodeCreateTopics,
});

function decodeTopic(reader: WireReader): NewTopic {
  const name = reader.string();
  const partitions = reader.int32();
  const replicationFactor = reader.int16();
  const assignments = reader.array((assignment) => {
    const index = assignment.int32();
    assignment.array((broker) => broker.int32());
    assignment.tags();
    return index;
  });
  const configs = reader.array((config) => {
    const key = config.string();
    const value = config.nullableString();
    config.tags();
    return { name: key, value };
  });
  reader.tags();
  return { name, partitions, replicationFactor, assignments, configs };
}

function create(topic: NewTopic, isTrial: boolean, { state }: Call): TopicResult {
  const { name } = topic;
  const refuse = (error: ErrorCode, reason: string): TopicResult => ({
    name,
    error,
    reason,
    partitions: -1,
    configs: [],
  });
  const hasAssignments = topic.assignments.length > 0;
  if (![1, -1].includes(topic.replicationFactor)) {
    const reason = `replication factor ${topic.replicationFactor} exceeds the one broker there is`;
    return refuse(ERROR.INVALID_REPLICATION_FACTOR, reason);
  }
  if (topic.assignments.toSorted((a, b) => a - b).some((index, place) => index !== place)) {
    return refuse(ERROR.INVALID_REPLICA_ASSIGNMENT, 'partitions are not numbered from 0 on');
  }
  const configs = parseTopicConfigs(topic.configs);
  if (configs.kind === 'refused') return refuse(ERROR.INVALID_CONFIG, configs.reason);
  const wanted = hasAssignments ? topic.assignments.length : topic.partitions;
  const partitions = wanted === -1 ? state.settings.defaultPartitions : wanted;
  const accepted = { name, error: ERROR.NONE, reason: null, partitions, configs: [] };
  if (isTrial) {
    const refusal = refuseCreation(state, name, partitions);
    return refusal ? refuse(refusal.error, refusal.reason) : accepted;
  }
  const outcome = createTopic(state, name, partitions, configs.overrides);
  return outcome.kind === 'created'
    ? { ...accepted, configs: topicConfigs(outcome.topic, state.settings) }
    : refuse(outcome.error, outcome.reason);
}

/**
 * ```
 * CreateTopics Response (Version: 0-6) => throttle_time_ms(2+) [topics] TAG_BUFFER(5+)
 *   throttle_time_ms => INT32
 *   topics => name error_code error_message(1+) num_partitions(5+) replication_factor(5+)
 *       [configs](5+) TAG_BUFFER(5+)
 *     name => STRING   error_code => INT16   error_message => NULLABLE_STRING
 *     num_partitions => INT32   replication_factor => INT16
 *     configs => name value read_only config_source is_sensitive TAG_BUFFER
 *       name => STRING   value => NULLABLE_STRING   read_only => BOOLEAN
 *       config_source => INT8   is_sensitive => BOOLEAN
 * ```
 */
function encodeCreateTopics(writer: WireWriter, topics: TopicResult[], version: number): void {
  if (version >= 2) writer.int32(0);
  writer.array(topics, (entry, topic) => {
    entry.string(topic.name).int16(topic.error);
    if (version >= 1) entry.nullableString(topic.reason);
    if (version >= 5) {
      entry.int32(topic.partitions).int16(topic.error === ERROR.NONE ? 1 : -1);
      entry.array(topic.configs, (item, config) => {
        item.string(config.name).nullableString(config.value).boolean(config.isReadOnly);
        item
          .int8(config.isDefault ? SOURCE.DEFAULT : SOURCE.TOPIC)
          .boolean(false)
          .tags();
      });
    }
    entry.tags();
  });
  writer.tags();
}
