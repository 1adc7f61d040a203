import { defineApi, type BrokerState } from './api.ts';
import { createTopic } from './topic-creation.ts';
import { LEADER_EPOCH } from '../storage/partition-log.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

interface TopicMetadata {
  error: ErrorCode;
  name: string;
  partitions: number;
}

/** Operations on a resource were not asked for, or are not told without authorization. */
const NOT_TOLD = -2_147_483_648;

/**
 * ```
 * Metadata Request (Version: 0-9) => [topics] allow_auto_topic_creation(4+)
 *     include_cluster_authorized_operations(8+) include_topic_authorized_operations(8+) TAG_BUFFER(9+)
 *   topics => name TAG_BUFFER(9+)        version 0: empty means all; from 1 on null means all
 *     name => STRING
 *   allow_auto_topic_creation => BOOLEAN
 *   include_cluster_authorized_operations => BOOLEAN
 *   include_topic_authorized_operations => BOOLEAN
 * ```
 */
export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 9,
  decode(reader, version) {
    const names = reader.nullableArray((topic) => {
      const name = topic.string();
      topic.tags();
      return name;
    });
    const mayCreate = version >= 4 ? reader.boolean() : true;
    if (version >= 8) reader.boolean();
    if (version >= 8) reader.boolean();
    reader.tags();
    return { names: version === 0 && names?.length === 0 ? null : names, mayCreate };
  },
  handle({ names, mayCreate }, { state }) {
    const wanted = names ? [...new Set(names)] : state.topics.list().map((topic) => topic.name);
    return { state, topics: wanted.map((name) => describe(state, name, mayCreate)) };
  },
  encode: encodeMetadata,
});

function describe(state: BrokerState, name: string, mayCreate: boolean): TopicMetadata {
  const known = state.topics.get(name);
  if (known) return { error: ERROR.NONE, name, partitions: known.partitions.length };
  if (!mayCreate || !state.settings.autoCreateTopics) {
    return { error: ERROR.UNKNOWN_TOPIC_OR_PARTITION, name, partitions: 0 };
  }
  const outcome = createTopic(state, name, state.settings.defaultPartitions);
  return outcome.kind === 'created'
    ? { error: ERROR.NONE, name, partitions: outcome.topic.partitions.length }
    : { error: outcome.error, name, partitions: 0 };
}

/**
 * ```
 * Metadata Response (Version: 0-9) => throttle_time_ms(3+) [brokers] cluster_id(2+)
 *     controller_id(1+) [topics] cluster_authorized_operations(8+) TAG_BUFFER(9+)
 *   throttle_time_ms => INT32
 *   brokers => node_id host port rack(1+) TAG_BUFFER(9+)
 *     node_id => INT32   host => STRING   port => INT32   rack => NULLABLE_STRING
 *   cluster_id => NULLABLE_STRING
 *   controller_id => INT32
 *   topics => error_code name is_internal(1+) [partitions] topic_authorized_operations(8+) TAG_BUFFER(9+)
 *     error_code => INT16   name => STRING   is_internal => BOOLEAN
 *     partitions => error_code partition_index leader_id leader_epoch(7+) [replica_nodes]
 *         [isr_nodes] [offline_replicas](5+) TAG_BUFFER(9+)
 *       error_code => INT16   partition_index, leader_id, leader_epoch => INT32
 *       replica_nodes, isr_nodes, offline_replicas => INT32
 *     topic_authorized_operations => INT32
 *   cluster_authorized_operations => INT32
 * ```
 */
function encodeMetadata(
  writer: WireWriter,
  { state, topics }: { state: BrokerState; topics: TopicMetadata[] },
  version: number,
): void {
  if (version >= 3) writer.int32(0);
  writer.array([state.node], (broker, node) => {
    broker.int32(node.id).string(node.host).int32(node.port);
    if (version >= 1) broker.nullableString(null);
    broker.tags();
  });
  if (version >= 2) writer.nullableString(state.clusterId);
  if (version >= 1) writer.int32(state.node.id);
  writer.array(topics, (entry, topic) => {
    entry.int16(topic.error).string(topic.name);
    if (version >= 1) entry.boolean(false);
    const indexes = Array.from({ length: topic.partitions }, (_, index) => index);
    entry.array(indexes, (partition, index) => {
      encodePartition(partition, index, state.node.id, version);
    });
    if (version >= 8) entry.int32(NOT_TOLD);
    entry.tags();
  });
  if (version >= 8) writer.int32(NOT_TOLD);
  writer.tags();
}

function encodePartition(writer: WireWriter, index: number, nodeId: number, version: number) {
  const replicas = [nodeId];
  const writeId = (entry: WireWriter, id: number) => void entry.int32(id);
  writer.int16(ERROR.NONE).int32(index).int32(nodeId);
  if (version >= 7) writer.int32(LEADER_EPOCH);
  writer.array(replicas, writeId).array(replicas, writeId);
  if (version >= 5) writer.array([], writeId);
  writer.tags();
}
