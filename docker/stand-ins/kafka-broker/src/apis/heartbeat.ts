import { defineApi } from './api.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

/**
 * ```
 * Heartbeat Request (Version: 0-4) => group_id generation_id member_id group_instance_id(3+)
 *     TAG_BUFFER(4+)
 *   group_id => STRING   generation_id => INT32   member_id => STRING
 *   group_instance_id => NULLABLE_STRING
 *
 * Heartbeat Response (Version: 0-4) => throttle_time_ms(1+) error_code TAG_BUFFER(4+)
 *   throttle_time_ms => INT32   error_code => INT16
 * ```
 */
export const heartbeat = defineApi({
  key: 12,
  name: 'Heartbeat',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    const groupId = reader.string();
    const generation = reader.int32();
    const memberId = reader.string();
    const instanceId = version >= 3 ? reader.nullableString() : null;
    reader.tags();
    return { groupId, generation, memberId, instanceId };
  },
  handle({ groupId, generation, memberId, instanceId }, { state }): ErrorCode {
    if (groupId === '') return ERROR.INVALID_GROUP_ID;
    const group = state.groups.find(groupId);
    return group?.heartbeat({ memberId, instanceId }, generation) ?? ERROR.UNKNOWN_MEMBER_ID;
  },
  encode(writer, error, version) {
    if (version >= 1) writer.int32(0);
    writer.int16(error).tags();
  },
});
