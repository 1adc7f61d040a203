import { defineApi } from './api.ts';
import type { GroupDescription } from '../groups/group.ts';
import { ERROR } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

const NOBODY: GroupDescription = { state: 'Dead', protocolType: '', protocolName: '', members: [] };
/** Operations are not told: there is no authorization. */
const NOT_TOLD = -2_147_483_648;

/**
 * ```
 * DescribeGroups Request (Version: 0-6) => [groups] include_authorized_operations(3+) TAG_BUFFER(5+)
 *   groups => STRING
 *   include_authorized_operations => BOOLEAN
 * ```
 */
export const describeGroups = defineApi({
  key: 15,
  name: 'DescribeGroups',
  minVersion: 0,
  maxVersion: 6,
  flexibleFrom: 5,
  decode(reader, version) {
    const groupIds = reader.array((group) => group.string());
    if (version >= 3) reader.boolean();
    reader.tags();
    return groupIds;
  },
  handle(groupIds, { state }) {
    return groupIds.map((id) => ({ id, description: state.groups.find(id)?.describe() }));
  },
  encode: encodeDescribeGroups,
});

/**
 * ```
 * DescribeGroups Response (Version: 0-6) => throttle_time_ms(1+) [groups] TAG_BUFFER(5+)
 *   throttle_time_ms => INT32
 *   groups => error_code error_message(6+) group_id group_state protocol_type protocol_data [members]
 *       authorized_operations(3+) TAG_BUFFER(5+)
 *     error_code => INT16           GROUP_ID_NOT_FOUND from version 6 on (KIP-1043)
 *     error_message => NULLABLE_STRING
 *     group_id, group_state, protocol_type, protocol_data => STRING
 *     members => member_id group_instance_id(4+) client_id client_host member_metadata
 *         member_assignment TAG_BUFFER(5+)
 *       member_id, client_id, client_host => STRING   group_instance_id => NULLABLE_STRING
 *       member_metadata, member_assignment => BYTES
 *     authorized_operations => INT32
 * ```
 */
function encodeDescribeGroups(
  writer: WireWriter,
  groups: { id: string; description: GroupDescription | undefined }[],
  version: number,
): void {
  if (version >= 1) writer.int32(0);
  writer.array(groups, (entry, { id, description }) => {
    const group = description ?? NOBODY;
    const isMissed = description === undefined && version >= 6;
    entry.int16(isMissed ? ERROR.GROUP_ID_NOT_FOUND : ERROR.NONE);
    if (version >= 6) entry.nullableString(isMissed ? `Group ${id} not found.` : null);
    entry.string(id).string(group.state);
    entry.string(group.protocolType).string(group.protocolName);
    entry.array(group.members, (item, member) => {
      const chosen = member.protocols.find((protocol) => protocol.name === group.protocolName);
      item.string(member.id);
      if (version >= 4) item.nullableString(member.instanceId);
      item.string(member.clientId).string(member.clientHost);
      item
        .bytes(chosen?.metadata ?? Buffer.alloc(0))
        .bytes(member.assignment)
        .tags();
    });
    if (version >= 3) entry.int32(NOT_TOLD);
    entry.tags();
  });
  writer.tags();
}
