import { defineApi } from './api.ts';
import { syncRefused, type SyncOutcome } from '../groups/member.ts';
import { ERROR } from '../wire/errors.ts';

/**
 * ```
 * SyncGroup Request (Version: 0-5) => group_id generation_id member_id group_instance_id(3+)
 *     protocol_type(5+) protocol_name(5+) [assignments] TAG_BUFFER(4+)
 *   group_id => STRING   generation_id => INT32   member_id => STRING
 *   group_instance_id, protocol_type, protocol_name => NULLABLE_STRING
 *   assignments => member_id assignment TAG_BUFFER(4+)      only from the leader
 *     member_id => STRING   assignment => BYTES
 *
 * SyncGroup Response (Version: 0-5) => throttle_time_ms(1+) error_code protocol_type(5+)
 *     protocol_name(5+) assignment TAG_BUFFER(4+)
 *   throttle_time_ms => INT32   error_code => INT16
 *   protocol_type, protocol_name => NULLABLE_STRING
 *   assignment => BYTES
 * ```
 */
export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  minVersion: 0,
  maxVersion: 5,
  flexibleFrom: 4,
  decode(reader, version) {
    const groupId = reader.string();
    const generation = reader.int32();
    const memberId = reader.string();
    const instanceId = version >= 3 ? reader.nullableString() : null;
    const protocolType = version >= 5 ? reader.nullableString() : null;
    const protocolName = version >= 5 ? reader.nullableString() : null;
    const assignments = reader.array((entry) => {
      const assignee = entry.string();
      const assignment = entry.bytes();
      entry.tags();
      return { memberId: assignee, assignment };
    });
    reader.tags();
    return {
      groupId,
      generation,
      memberId,
      instanceId,
      protocolType,
      protocolName,
      assignments,
    };
  },
  async handle(request, { state }): Promise<SyncOutcome> {
    const group = state.groups.find(request.groupId);
    if (group) return group.sync(request);
    return syncRefused(request.groupId === '' ? ERROR.INVALID_GROUP_ID : ERROR.UNKNOWN_MEMBER_ID);
  },
  encode(writer, outcome, version) {
    if (version >= 1) writer.int32(0);
    writer.int16(outcome.error);
    if (version >= 5) writer.nullableString(outcome.protocolType);
    if (version >= 5) writer.nullableString(outcome.protocolName);
    writer.bytes(outcome.assignment).tags();
  },
});
