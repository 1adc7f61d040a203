import { defineApi } from './api.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

/**
 * ```
 * OffsetFetch Request (Version: 1-7) => group_id [topics] require_stable(7+) TAG_BUFFER(6+)
 *   group_id => STRING
 *   topics => name [partition_indexes] TAG_BUFFER(6+)       null from version 2 on: all
 *     name => STRING   partition_indexes => INT32
 *   require_stable => BOOLEAN            there are no transactions that could be pending
 *
 * OffsetFetch Response (Version: 1-7) => throttle_time_ms(3+) [topics] error_code(2+) TAG_BUFFER(6+)
 *   throttle_time_ms => INT32
 *   topics => name [partitions] TAG_BUFFER(6+)
 *     name => STRING
 *     partitions => partition_index committed_offset committed_leader_epoch(5+) metadata
 *         error_code TAG_BUFFER(6+)
 *       partition_index => INT32
 *       committed_offset => INT64        -1: nothing was committed
 *       committed_leader_epoch => INT32   metadata => NULLABLE_STRING   error_code => INT16
 *   error_code => INT16
 * ```
 */
export const offsetFetch = defineApi({
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 7,
  flexibleFrom: 6,
  decode(reader, version) {
    const groupId = reader.string();
    const topics = reader.nullableArray((topic) => {
      const name = topic.string();
      const partitions = topic.array((partition) => partition.int32());
      topic.tags();
      return { name, partitions };
    });
    if (version >= 7) reader.boolean();
    reader.tags();
    return { groupId, topics };
  },
  handle({ groupId, topics }, { state }) {
    const error: ErrorCode = groupId === '' ? ERROR.INVALID_GROUP_ID : ERROR.NONE;
    const committed = state.offsets.list(groupId);
    const all = [...new Set(committed.map((commit) => commit.topic))].map((name) => ({
      name,
      partitions: committed
        .filter((commit) => commit.topic === name)
        .map((commit) => commit.partition),
    }));
    const answers = (topics ?? all).map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partition) => ({
        offset: -1,
        leaderEpoch: -1,
        metadata: '',
        ...state.offsets.get(groupId, name, partition),
        partition,
      })),
    }));
    return { error, topics: answers };
  },
  encode(writer, { error, topics }, version) {
    if (version >= 3) writer.int32(0);
    writer.array(topics, (topic, { name, partitions }) => {
      topic.string(name);
      topic.array(partitions, (entry, { partition, offset, leaderEpoch, metadata }) => {
        entry.int32(partition).int64(offset);
        if (version >= 5) entry.int32(leaderEpoch);
        entry.nullableString(metadata).int16(error).tags();
      });
      topic.tags();
    });
    if (version >= 2) writer.int16(error);
    writer.tags();
  },
});
