import { defineApi, type Call } from './api.ts';
import { refusePartitions, storageFailure } from './topic-creation.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface PartitionsResult {
  name: string;
  error: ErrorCode;
  reason: string | null;
}

/**
 * ```
 * CreatePartitions Request (Version: 0-3) => [topics] timeout_ms validate_only TAG_BUFFER(2+)
 *   topics => name count [assignments] TAG_BUFFER(2+)
 *     name => STRING
 *     count => INT32                     partitions the topic shall have afterwards
 *     assignments => [broker_ids] TAG_BUFFER(2+)            nullable
 *       broker_ids => INT32
 *   timeout_ms => INT32
 *   validate_only => BOOLEAN
 *
 * CreatePartitions Response (Version: 0-3) => throttle_time_ms [results] TAG_BUFFER(2+)
 *   throttle_time_ms => INT32
 *   results => name error_code error_message TAG_BUFFER(2+)
 *     name => STRING   error_code => INT16   error_message => NULLABLE_STRING
 * ```
 */
export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 2,
  decode(reader) {
    const topics = reader.array((topic) => {
      const name = topic.string();
      const total = topic.int32();
      topic.nullableArray((assignment) => {
        assignment.array((broker) => broker.int32());
        assignment.tags();
      });
      topic.tags();
      return { name, total };
    });
    reader.int32();
    const isTrial = reader.boolean();
    reader.tags();
    return { topics, isTrial };
  },
  handle({ topics, isTrial }, call): PartitionsResult[] {
    return topics.map(({ name, total }) => ({ name, ...grow(name, total, isTrial, call) }));
  },
  encode(writer, results) {
    writer.int32(0);
    writer.array(results, (entry, { name, error, reason }) => {
      entry.string(name).int16(error).nullableString(reason).tags();
    });
    writer.tags();
  },
});

function grow(name: string, total: number, isTrial: boolean, { state }: Call) {
  const topic = state.topics.get(name);
  if (!topic) {
    return { error: ERROR.UNKNOWN_TOPIC_OR_PARTITION, reason: 'there is no such topic' };
  }
  const current = topic.partitions.length;
  if (total <= current) {
    const reason = `${name} already has ${current} partitions, ${total} is not more`;
    return { error: ERROR.INVALID_PARTITIONS, reason };
  }
  const refusal = refusePartitions(state, total, total - current);
  if (refusal) return refusal;
  try {
    if (!isTrial) state.topics.grow(name, total);
    return { error: ERROR.NONE, reason: null };
  } catch (error) {
    return storageFailure(state, `${name} not grown to ${total} partitions`, error);
  }
}
