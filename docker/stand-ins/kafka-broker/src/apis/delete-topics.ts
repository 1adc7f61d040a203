import { defineApi, type Call } from './api.ts';
import { storageFailure } from './topic-creation.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface TopicResult {
  name: string;
  error: ErrorCode;
  reason: string | null;
}

/**
 * ```
 * DeleteTopics Request (Version: 0-5) => [topic_names] timeout_ms TAG_BUFFER(4+)
 *   topic_names => STRING
 *   timeout_ms => INT32
 *
 * DeleteTopics Response (Version: 0-5) => throttle_time_ms(1+) [responses] TAG_BUFFER(4+)
 *   throttle_time_ms => INT32
 *   responses => name error_code error_message(5+) TAG_BUFFER(4+)
 *     name => STRING   error_code => INT16   error_message => NULLABLE_STRING
 * ```
 */
export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  decode(reader) {
    const names = reader.array((topic) => topic.string());
    reader.int32();
    reader.tags();
    return names;
  },
  handle: (names, call) => names.map((name) => remove(name, call)),
  encode(writer, topics, version) {
    if (version >= 1) writer.int32(0);
    writer.array(topics, (entry, { name, error, reason }) => {
      entry.string(name).int16(error);
      if (version >= 5) entry.nullableString(reason);
      entry.tags();
    });
    writer.tags();
  },
});

function remove(name: string, { state }: Call): TopicResult {
  if (!state.topics.get(name)) {
    const reason = 'there is no such topic';
    return { name, error: ERROR.UNKNOWN_TOPIC_OR_PARTITION, reason };
  }
  try {
    state.offsets.removeTopic(name);
    state.topics.delete(name);
    state.log.info({ topic: name }, 'topic deleted');
    return { name, error: ERROR.NONE, reason: null };
  } catch (error) {
    return { name, ...storageFailure(state, `topic ${name} not deleted`, error) };
  }
}
