import { defineApi, type Call } from './api.ts';
import { waitForBytes } from './wait-for-bytes.ts';
import { LEADER_EPOCH } from '../storage/partition-log.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireReader } from '../wire/reader.ts';
import type { WireWriter } from '../wire/writer.ts';
import { storageFailure } from './topic-creation.ts';

interface PartitionQuery {
  index: number;
  leaderEpoch: number;
  offset: number;
  maxBytes: number;
}

interface FetchRequest {
  maxWaitMs: number;
  minBytes: number;
  maxBytes: number;
  isReadCommitted: boolean;
  sessionId: number;
  sessionEpoch: number;
  topics: { name: string; partitions: PartitionQuery[] }[];
}

interface PartitionAnswer {
  index: number;
  error: ErrorCode;
  endOffset: number;
  startOffset: number;
  records: Buffer;
}

interface FetchResponse {
  error: ErrorCode;
  isReadCommitted: boolean;
  topics: { name: string; partitions: PartitionAnswer[] }[];
}

const NOTHING = Buffer.alloc(0);

/**
 * ```
 * Fetch Request (Version: 4-12) => replica_id max_wait_ms min_bytes max_bytes isolation_level
 *     session_id(7+) session_epoch(7+) [topics] [forgotten_topics_data](7+) rack_id(11+) TAG_BUFFER(12+)
 *   replica_id, max_wait_ms, min_bytes, max_bytes => INT32
 *   isolation_level => INT8
 *   session_id, session_epoch => INT32
 *   topics => topic [partitions] TAG_BUFFER(12+)
 *     topic => STRING
 *     partitions => partition current_leader_epoch(9+) fetch_offset last_fetched_epoch(12+)
 *         log_start_offset(5+) partition_max_bytes TAG_BUFFER(12+)
 *       partition, current_leader_epoch => INT32   fetch_offset => INT64
 *       last_fetched_epoch => INT32   log_start_offset => INT64   partition_max_bytes => INT32
 *   forgotten_topics_data => topic [partitions] TAG_BUFFER(12+)
 *     topic => STRING   partitions => INT32
 *   rack_id => STRING
 * ```
 */
export const fetch = defineApi<FetchRequest, FetchResponse>({
  key: 1,
  name: 'Fetch',
  minVersion: 4,
  maxVersion: 12,
  flexibleFrom: 12,
  decode(reader, version) {
    reader.int32();
    const maxWaitMs = reader.int32();
    const minBytes = reader.int32();
    const maxBytes = reader.int32();
    const isReadCommitted = reader.int8() === 1;
    const sessionId = version >= 7 ? reader.int32() : 0;
    const sessionEpoch = version >= 7 ? reader.int32() : -1;
    const topics = reader.array((topic) => {
      const name = topic.string();
      const partitions = topic.array((partition) => decodePartition(partition, version));
      topic.tags();
      return { name, partitions };
    });
    if (version >= 7) reader.array(skipForgottenTopic);
    if (version >= 11) reader.string();
    reader.tags();
    return { maxWaitMs, minBytes, maxBytes, isReadCommitted, sessionId, sessionEpoch, topics };
  },
  handle: handleFetch,
  encode: encodeFetch,
});

function decodePartition(reader: WireReader, version: number): PartitionQuery {
  const index = reader.int32();
  const leaderEpoch = version >= 9 ? reader.int32() : -1;
  const offset = reader.int64();
  if (version >= 12) reader.int32();
  if (version >= 5) reader.int64();
  const maxBytes = reader.int32();
  reader.tags();
  return { index, leaderEpoch, offset, maxBytes };
}

function skipForgottenTopic(reader: WireReader): void {
  reader.string();
  reader.array((partition) => partition.int32());
  reader.tags();
}

/**
 * Fetch sessions (KIP-227) are declined with session id 0: the client then names all its
 * partitions in every request, which costs a lab nothing.
 */
function handleFetch(request: FetchRequest, call: Call): FetchResponse | Promise<FetchResponse> {
  const { isReadCommitted } = request;
  if (request.sessionId !== 0) {
    return { error: ERROR.FETCH_SESSION_ID_NOT_FOUND, isReadCommitted, topics: [] };
  }
  const first = readAll(request, call);
  if (first.isFinal || request.maxWaitMs <= 0) return first.response;
  return longPoll(request, call, first.bytes);
}

async function longPoll(request: FetchRequest, call: Call, bytes: number): Promise<FetchResponse> {
  const { clock, topics } = call.state;
  const untilMs = clock.monotonicMs() + request.maxWaitMs;
  const partitions = request.topics.flatMap(({ name, partitions: queries }) =>
    queries.flatMap((query) => topics.partition(name, query.index) ?? []),
  );
  const missing = request.minBytes - bytes;
  await waitForBytes(partitions, missing, untilMs - clock.monotonicMs(), clock, call.signal);
  return readAll(request, call).response;
}

/** Reads what is there; final when it is enough, or when an error must be told at once. */
function readAll(request: FetchRequest, call: Call) {
  const limit = Math.min(request.maxBytes, call.state.settings.maxFetchBytes);
  let bytes = 0;
  let hasError = false;
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((query) => {
      const answer = readPartition(name, query, limit - bytes, bytes === 0, call);
      bytes += answer.records.length;
      hasError ||= answer.error !== ERROR.NONE;
      return answer;
    }),
  }));
  const { isReadCommitted } = request;
  const response: FetchResponse = { error: ERROR.NONE, isReadCommitted, topics };
  const isFinal = hasError || bytes >= request.minBytes || topics.length === 0;
  return { response, bytes, isFinal };
}

function readPartition(
  topic: string,
  query: PartitionQuery,
  budgetBytes: number,
  isFirst: boolean,
  call: Call,
): PartitionAnswer {
  const { index } = query;
  const log = call.state.topics.partition(topic, index)?.log;
  if (!log) return failed(index, ERROR.UNKNOWN_TOPIC_OR_PARTITION);
  if (query.leaderEpoch > LEADER_EPOCH) return failed(index, ERROR.UNKNOWN_LEADER_EPOCH);
  const maxBytes = Math.max(0, Math.min(query.maxBytes, budgetBytes));
  try {
    const { startOffset, endOffset } = log;
    const records = log.read(query.offset, maxBytes, isFirst);
    const error = records ? ERROR.NONE : ERROR.OFFSET_OUT_OF_RANGE;
    return { index, error, endOffset, startOffset, records: records ?? NOTHING };
  } catch (error) {
    return failed(index, storageFailure(call.state, `${topic}-${index} not read`, error).error);
  }
}

function failed(index: number, error: ErrorCode): PartitionAnswer {
  return { index, error, endOffset: -1, startOffset: -1, records: NOTHING };
}

/**
 * ```
 * Fetch Response (Version: 4-12) => throttle_time_ms error_code(7+) session_id(7+) [responses]
 *     TAG_BUFFER(12+)
 *   throttle_time_ms => INT32   error_code => INT16   session_id => INT32
 *   responses => topic [partitions] TAG_BUFFER(12+)
 *     topic => STRING
 *     partitions => partition_index error_code high_watermark last_stable_offset
 *         log_start_offset(5+) [aborted_transactions] preferred_read_replica(11+) records TAG_BUFFER(12+)
 *       partition_index => INT32   error_code => INT16
 *       high_watermark, last_stable_offset, log_start_offset => INT64
 *       aborted_transactions => null unless read committed
 *       preferred_read_replica => INT32
 *       records => NULLABLE_BYTES        whole record batches as they were produced
 * ```
 */
function encodeFetch(writer: WireWriter, response: FetchResponse, version: number): void {
  writer.int32(0);
  if (version >= 7) writer.int16(response.error).int32(0);
  writer.array(response.topics, (topic, { name, partitions }) => {
    topic.string(name);
    topic.array(partitions, (entry, partition) => {
      entry.int32(partition.index).int16(partition.error);
      entry.int64(partition.endOffset).int64(partition.endOffset);
      if (version >= 5) entry.int64(partition.startOffset);
      if (response.isReadCommitted) entry.array([], () => undefined);
      else entry.nullArray();
      if (version >= 11) entry.int32(-1);
      entry.nullableBytes(partition.records);
      entry.tags();
    });
    topic.tags();
  });
  writer.tags();
}
