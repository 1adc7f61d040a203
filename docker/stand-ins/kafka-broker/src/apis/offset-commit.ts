import { defineApi, type Call } from './api.ts';
import { storageFailure } from './topic-creation.ts';
import type { OffsetCommit } from '../groups/committed-offsets.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface CommitRequest {
  groupId: string;
  generation: number;
  memberId: string;
  instanceId: string | null;
  topics: { name: string; partitions: Omit<OffsetCommit, 'topic'>[] }[];
}

/** Largest text a client may store beside an offset, in characters; Apache Kafka's default. */
const MAX_METADATA = 4096;

/**
 * ```
 * OffsetCommit Request (Version: 1-8) => group_id generation_id member_id group_instance_id(7+)
 *     retention_time_ms(2-4) [topics] TAG_BUFFER(8+)
 *   group_id => STRING   generation_id => INT32   member_id => STRING
 *   group_instance_id => NULLABLE_STRING
 *   retention_time_ms => INT64           offsets are kept until their group or topic is deleted
 *   topics => name [partitions] TAG_BUFFER(8+)
 *     name => STRING
 *     partitions => partition_index committed_offset committed_leader_epoch(6+)
 *         commit_timestamp(1) committed_metadata TAG_BUFFER(8+)
 *       partition_index => INT32   committed_offset => INT64   committed_leader_epoch => INT32
 *       commit_timestamp => INT64   committed_metadata => NULLABLE_STRING
 *
 * OffsetCommit Response (Version: 1-8) => throttle_time_ms(3+) [topics] TAG_BUFFER(8+)
 *   throttle_time_ms => INT32
 *   topics => name [partitions] TAG_BUFFER(8+)
 *     name => STRING
 *     partitions => partition_index error_code TAG_BUFFER(8+)
 *       partition_index => INT32   error_code => INT16
 * ```
 */
export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  minVersion: 1,
  maxVersion: 8,
  flexibleFrom: 8,
  decode(reader, version): CommitRequest {
    const groupId = reader.string();
    const generation = reader.int32();
    const memberId = reader.string();
    const instanceId = version >= 7 ? reader.nullableString() : null;
    if (version >= 2 && version <= 4) reader.int64();
    const topics = reader.array((topic) => {
      const name = topic.string();
      const partitions = topic.array((entry) => {
        const partition = entry.int32();
        const offset = entry.int64();
        const leaderEpoch = version >= 6 ? entry.int32() : -1;
        if (version === 1) entry.int64();
        const metadata = entry.nullableString() ?? '';
        entry.tags();
        return { partition, offset, leaderEpoch, metadata };
      });
      topic.tags();
      return { name, partitions };
    });
    reader.tags();
    return { groupId, generation, memberId, instanceId, topics };
  },
  handle(request, call) {
    const refusal = refuse(request, call);
    const judged = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((commit) => ({
        commit: { topic: name, ...commit },
        error: refusal || judge(name, commit, call),
      })),
    }));
    const accepted = judged.flatMap(({ partitions }) =>
      partitions.flatMap(({ commit, error }) => (error ? [] : [commit])),
    );
    const failure = store(request.groupId, accepted, call);
    return judged.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ commit, error }) => ({
        index: commit.partition,
        error: error || failure,
      })),
    }));
  },
  encode(writer, topics, version) {
    if (version >= 3) writer.int32(0);
    writer.array(topics, (topic, { name, partitions }) => {
      topic.string(name);
      topic.array(partitions, (entry, { index, error }) => {
        entry.int32(index).int16(error).tags();
      });
      topic.tags();
    });
    writer.tags();
  },
});

function refuse(request: CommitRequest, { state }: Call): ErrorCode {
  const { groupId, generation } = request;
  if (groupId === '') return ERROR.INVALID_GROUP_ID;
  const group = state.groups.find(groupId);
  if (group) return group.checkCommit(request, generation);
  if (generation >= 0) return ERROR.ILLEGAL_GENERATION;
  return state.groups.open(groupId) ? ERROR.NONE : ERROR.GROUP_MAX_SIZE_REACHED;
}

function judge(topic: string, commit: Omit<OffsetCommit, 'topic'>, { state }: Call): ErrorCode {
  if (!state.topics.partition(topic, commit.partition)) return ERROR.UNKNOWN_TOPIC_OR_PARTITION;
  if (commit.metadata.length > MAX_METADATA) return ERROR.OFFSET_METADATA_TOO_LARGE;
  return ERROR.NONE;
}

function store(groupId: string, commits: OffsetCommit[], { state }: Call): ErrorCode {
  if (commits.length === 0) return ERROR.NONE;
  try {
    state.offsets.commit(groupId, commits);
    return ERROR.NONE;
  } catch (error) {
    return storageFailure(state, `offsets of group ${groupId} not stored`, error).error;
  }
}
