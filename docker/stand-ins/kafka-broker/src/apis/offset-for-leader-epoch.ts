import { defineApi } from './api.ts';
import { LEADER_EPOCH } from '../storage/partition-log.ts';
import { ERROR } from '../wire/errors.ts';

/**
 * Clients ask after a reconnect whether their position was truncated. It never is: there is one
 * leader epoch, and it ends where the log ends.
 *
 * ```
 * OffsetForLeaderEpoch Request (Version: 2-4) => replica_id(3+) [topics] TAG_BUFFER(4+)
 *   replica_id => INT32
 *   topics => topic [partitions] TAG_BUFFER(4+)
 *     topic => STRING
 *     partitions => partition current_leader_epoch leader_epoch TAG_BUFFER(4+)
 *       partition, current_leader_epoch, leader_epoch => INT32
 *
 * OffsetForLeaderEpoch Response (Version: 2-4) => throttle_time_ms [topics] TAG_BUFFER(4+)
 *   throttle_time_ms => INT32
 *   topics => topic [partitions] TAG_BUFFER(4+)
 *     topic => STRING
 *     partitions => error_code partition leader_epoch end_offset TAG_BUFFER(4+)
 *       error_code => INT16   partition, leader_epoch => INT32   end_offset => INT64
 * ```
 */
export const offsetForLeaderEpoch = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  minVersion: 2,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    if (version >= 3) reader.int32();
    const topics = reader.array((topic) => {
      const name = topic.string();
      const partitions = topic.array((partition) => {
        const index = partition.int32();
        const currentEpoch = partition.int32();
        const epoch = partition.int32();
        partition.tags();
        return { index, currentEpoch, epoch };
      });
      topic.tags();
      return { name, partitions };
    });
    reader.tags();
    return topics;
  },
  handle(topics, { state }) {
    return topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, currentEpoch, epoch }) => {
        const log = state.topics.partition(name, index)?.log;
        const none = { index, epoch: -1, endOffset: -1 };
        if (!log) return { ...none, error: ERROR.UNKNOWN_TOPIC_OR_PARTITION };
        if (currentEpoch > LEADER_EPOCH) return { ...none, error: ERROR.UNKNOWN_LEADER_EPOCH };
        if (epoch !== LEADER_EPOCH) return { ...none, error: ERROR.NONE };
        return { index, epoch: LEADER_EPOCH, endOffset: log.endOffset, error: ERROR.NONE };
      }),
    }));
  },
  encode(writer, topics) {
    writer.int32(0);
    writer.array(topics, (topic, { name, partitions }) => {
      topic.string(name);
      topic.array(partitions, (entry, { error, index, epoch, endOffset }) => {
        entry.int16(error).int32(index).int32(epoch).int64(endOffset).tags();
      });
      topic.tags();
    });
    writer.tags();
  },
});
