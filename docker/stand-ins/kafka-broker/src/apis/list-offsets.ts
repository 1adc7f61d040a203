import { defineApi, type Call } from './api.ts';
import { storageFailure } from './topic-creation.ts';
import { LEADER_EPOCH } from '../storage/partition-log.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface OffsetAnswer {
  index: number;
  error: ErrorCode;
  timestamp: number;
  offset: number;
}

/** Timestamps with a meaning of their own. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;

/**
 * ```
 * ListOffsets Request (Version: 1-7) => replica_id isolation_level(2+) [topics] TAG_BUFFER(6+)
 *   replica_id => INT32
 *   isolation_level => INT8
 *   topics => name [partitions] TAG_BUFFER(6+)
 *     name => STRING
 *     partitions => partition_index current_leader_epoch(4+) timestamp TAG_BUFFER(6+)
 *       partition_index, current_leader_epoch => INT32
 *       timestamp => INT64               -1 latest, -2 earliest, -3 the latest time (7+)
 *
 * ListOffsets Response (Version: 1-7) => throttle_time_ms(2+) [topics] TAG_BUFFER(6+)
 *   throttle_time_ms => INT32
 *   topics => name [partitions] TAG_BUFFER(6+)
 *     name => STRING
 *     partitions => partition_index error_code timestamp offset leader_epoch(4+) TAG_BUFFER(6+)
 *       partition_index => INT32   error_code => INT16   timestamp, offset => INT64
 *       leader_epoch => INT32
 * ```
 */
export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  minVersion: 1,
  maxVersion: 7,
  flexibleFrom: 6,
  decode(reader, version) {
    reader.int32();
    if (version >= 2) reader.int8();
    const topics = reader.array((topic) => {
      const name = topic.string();
      const partitions = topic.array((partition) => {
        const index = partition.int32();
        const leaderEpoch = version >= 4 ? partition.int32() : -1;
        const timestamp = partition.int64();
        partition.tags();
        return { index, leaderEpoch, timestamp };
      });
      topic.tags();
      return { name, partitions };
    });
    reader.tags();
    return topics;
  },
  handle(topics, call) {
    return topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ index, leaderEpoch, timestamp }) =>
        leaderEpoch > LEADER_EPOCH
          ? unknown(index, ERROR.UNKNOWN_LEADER_EPOCH)
          : lookUp(name, index, timestamp, call),
      ),
    }));
  },
  encode(writer, topics, version) {
    if (version >= 2) writer.int32(0);
    writer.array(topics, (topic, { name, partitions }) => {
      topic.string(name);
      topic.array(partitions, (entry, partition) => {
        entry.int32(partition.index).int16(partition.error);
        entry.int64(partition.timestamp).int64(partition.offset);
        if (version >= 4) entry.int32(partition.offset < 0 ? -1 : LEADER_EPOCH);
        entry.tags();
      });
      topic.tags();
    });
    writer.tags();
  },
});

function lookUp(topic: string, index: number, timestamp: number, call: Call): OffsetAnswer {
  const log = call.state.topics.partition(topic, index)?.log;
  if (!log) return unknown(index, ERROR.UNKNOWN_TOPIC_OR_PARTITION);
  const at = { index, error: ERROR.NONE, timestamp: -1 };
  if (timestamp === LATEST) return { ...at, offset: log.endOffset };
  if (timestamp === EARLIEST) return { ...at, offset: log.startOffset };
  try {
    const found = log.findByTime(timestamp === MAX_TIMESTAMP ? log.maxTimestamp : timestamp);
    return found ? { index, error: ERROR.NONE, ...found } : unknown(index, ERROR.NONE);
  } catch (error) {
    return unknown(index, storageFailure(call.state, `${topic}-${index} not read`, error).error);
  }
}

function unknown(index: number, error: ErrorCode): OffsetAnswer {
  return { index, error, timestamp: -1, offset: -1 };
}
