import { defineApi, HANG_UP, NO_ANSWER, type Call } from './api.ts';
import { storageFailure } from './topic-creation.ts';
import { checkProducedBatch } from '../records/check.ts';
import type { Partition } from '../storage/topics.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

interface PartitionData {
  index: number;
  records: Buffer | null;
}

interface PartitionAnswer {
  index: number;
  error: ErrorCode;
  baseOffset: number;
  startOffset: number;
  reason: string | null;
}

interface TopicAnswer {
  name: string;
  partitions: PartitionAnswer[];
}

/** From this version on the client knows zstd (KIP-110). */
const ZSTD_FROM = 7;

/**
 * ```
 * Produce Request (Version: 0-9) => transactional_id(3+) acks timeout_ms [topic_data] TAG_BUFFER(9+)
 *   transactional_id => NULLABLE_STRING
 *   acks => INT16                        0 no answer, 1 and -1 after the write
 *   timeout_ms => INT32                  there are no replicas to wait for
 *   topic_data => name [partition_data] TAG_BUFFER(9+)
 *     name => STRING
 *     partition_data => index records TAG_BUFFER(9+)
 *       index => INT32
 *       records => NULLABLE_BYTES        one record batch of message format 2
 * ```
 */
export const produce = defineApi({
  key: 0,
  name: 'Produce',
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 9,
  decode(reader, version) {
    const transactionalId = version >= 3 ? reader.nullableString() : null;
    const acks = reader.int16();
    reader.int32();
    const topics = reader.array((topic) => {
      const name = topic.string();
      const partitions = topic.array((partition): PartitionData => {
        const index = partition.int32();
        const records = partition.nullableBytes();
        partition.tags();
        return { index, records };
      });
      topic.tags();
      return { name, partitions };
    });
    reader.tags();
    return { transactionalId, acks, topics };
  },
  handle({ acks, transactionalId, topics }, call) {
    const refusal = refuseRequest(acks, transactionalId);
    const answers = topics.map(({ name, partitions }): TopicAnswer => ({
      name,
      partitions: partitions.map((data) =>
        refusal ? refused(data.index, refusal.error, refusal.reason) : append(name, data, call),
      ),
    }));
    if (acks !== 0) return answers;
    // Without an answer the end of the connection is the only sign that something was lost.
    const isComplete = answers.every(({ partitions }) =>
      partitions.every((partition) => partition.error === ERROR.NONE),
    );
    return isComplete ? NO_ANSWER : HANG_UP;
  },
  encode: encodeProduce,
});

function refuseRequest(acks: number, transactionalId: string | null) {
  if (acks < -1 || acks > 1) {
    return { error: ERROR.INVALID_REQUIRED_ACKS, reason: `acks ${acks} is not 0, 1 or -1` };
  }
  if (transactionalId !== null) {
    return { error: ERROR.INVALID_TXN_STATE, reason: 'transactions are not supported' };
  }
  return undefined;
}

function append(topicName: string, { index, records }: PartitionData, call: Call): PartitionAnswer {
  const topic = call.state.topics.get(topicName);
  const partition = topic?.partitions[index];
  if (!topic || !partition) {
    const reason = `there is no partition ${topicName}-${index}`;
    return refused(index, ERROR.UNKNOWN_TOPIC_OR_PARTITION, reason);
  }
  if (!records) return refused(index, ERROR.INVALID_RECORD, 'records are null');
  const verdict = checkProducedBatch(records, topic.maxMessageBytes, call.version >= ZSTD_FROM);
  if (verdict.kind === 'refused') {
    const { error, reason } = verdict;
    call.state.log.warn({ topic: topicName, partition: index, reason }, 'record batch refused');
    return refused(index, error, reason);
  }
  try {
    return appended(partition, partition.log.append(records, verdict.head), records.length);
  } catch (error) {
    const failure = storageFailure(call.state, `batch for ${topicName}-${index} not stored`, error);
    return refused(index, failure.error, failure.reason);
  }
}

function appended(
  partition: Partition,
  outcome: ReturnType<Partition['log']['append']>,
  bytes: number,
): PartitionAnswer {
  switch (outcome.kind) {
    case 'appended':
      for (const watcher of partition.watchers) watcher(bytes);
      return accepted(partition, outcome.baseOffset);
    case 'duplicate':
      return accepted(partition, outcome.baseOffset);
    case 'gap':
      return refused(
        partition.index,
        ERROR.OUT_OF_ORDER_SEQUENCE_NUMBER,
        `the next sequence is ${outcome.expected}`,
      );
    case 'fenced':
      return refused(
        partition.index,
        ERROR.INVALID_PRODUCER_EPOCH,
        `the producer's epoch is ${outcome.currentEpoch}`,
      );
  }
}

function accepted(partition: Partition, baseOffset: number): PartitionAnswer {
  const { index, log } = partition;
  return { index, error: ERROR.NONE, baseOffset, startOffset: log.startOffset, reason: null };
}

function refused(index: number, error: ErrorCode, reason: string): PartitionAnswer {
  return { index, error, baseOffset: -1, startOffset: -1, reason };
}

/**
 * ```
 * Produce Response (Version: 0-9) => [responses] throttle_time_ms(1+) TAG_BUFFER(9+)
 *   responses => name [partition_responses] TAG_BUFFER(9+)
 *     name => STRING
 *     partition_responses => index error_code base_offset log_append_time_ms(2+)
 *         log_start_offset(5+) [record_errors](8+) error_message(8+) TAG_BUFFER(9+)
 *       index => INT32   error_code => INT16   base_offset => INT64
 *       log_append_time_ms => INT64      -1: the producer's timestamps are kept
 *       log_start_offset => INT64
 *       record_errors => batch_index batch_index_error_message TAG_BUFFER(9+)
 *       error_message => NULLABLE_STRING
 *   throttle_time_ms => INT32
 * ```
 */
function encodeProduce(writer: WireWriter, topics: TopicAnswer[], version: number): void {
  writer.array(topics, (topic, { name, partitions }) => {
    topic.string(name);
    topic.array(partitions, (entry, partition) => {
      entry.int32(partition.index).int16(partition.error).int64(partition.baseOffset);
      if (version >= 2) entry.int64(-1);
      if (version >= 5) entry.int64(partition.startOffset);
      if (version >= 8) entry.array([], () => undefined).nullableString(partition.reason);
      entry.tags();
    });
    topic.tags();
  });
  if (version >= 1) writer.int32(0);
  writer.tags();
}
