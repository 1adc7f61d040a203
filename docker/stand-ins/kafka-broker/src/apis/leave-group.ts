import { defineApi } from './api.ts';
import type { MemberReference } from '../groups/membership.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';

interface LeaveResponse {
  error: ErrorCode;
  members: (MemberReference & { error: ErrorCode })[];
}

/**
 * ```
 * LeaveGroup Request (Version: 0-4) => group_id member_id(0-2) [members](3+) TAG_BUFFER(4+)
 *   group_id, member_id => STRING
 *   members => member_id group_instance_id TAG_BUFFER(4+)
 *     member_id => STRING   group_instance_id => NULLABLE_STRING
 *
 * LeaveGroup Response (Version: 0-4) => throttle_time_ms(1+) error_code [members](3+) TAG_BUFFER(4+)
 *   throttle_time_ms => INT32   error_code => INT16
 *   members => member_id group_instance_id error_code TAG_BUFFER(4+)
 *     member_id => STRING   group_instance_id => NULLABLE_STRING   error_code => INT16
 * ```
 */
export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 4,
  decode(reader, version) {
    const groupId = reader.string();
    const members: MemberReference[] =
      version >= 3
        ? reader.array((entry) => {
            const memberId = entry.string();
            const instanceId = entry.nullableString();
            entry.tags();
            return { memberId, instanceId };
          })
        : [{ memberId: reader.string(), instanceId: null }];
    reader.tags();
    return { groupId, members, isSingle: version < 3 };
  },
  handle({ groupId, members, isSingle }, { state }): LeaveResponse {
    if (groupId === '') return { error: ERROR.INVALID_GROUP_ID, members: [] };
    const group = state.groups.find(groupId);
    const answers = members.map((member) => ({
      ...member,
      error: group?.leave(member) ?? ERROR.UNKNOWN_MEMBER_ID,
    }));
    return { error: isSingle ? (answers[0]?.error ?? ERROR.NONE) : ERROR.NONE, members: answers };
  },
  encode(writer, { error, members }, version) {
    if (version >= 1) writer.int32(0);
    writer.int16(error);
    if (version >= 3) {
      writer.array(members, (entry, member) => {
        entry.string(member.memberId).nullableString(member.instanceId).int16(member.error).tags();
      });
    }
    writer.tags();
  },
});
