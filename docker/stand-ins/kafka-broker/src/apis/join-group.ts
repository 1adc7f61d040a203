import { defineApi } from './api.ts';
import { joinRefused, type JoinOutcome } from '../groups/member.ts';
import { ERROR } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

/** From this version on a new member must come back with the id it is given (KIP-394). */
const KNOWN_ID_FROM = 4;
/** What a member may say about itself, bytes: the group keeps it. */
const MAX_METADATA_BYTES = 1024 * 1024;

/**
 * ```
 * JoinGroup Request (Version: 0-7) => group_id session_timeout_ms rebalance_timeout_ms(1+)
 *     member_id group_instance_id(5+) protocol_type [protocols] TAG_BUFFER(6+)
 *   group_id => STRING
 *   session_timeout_ms, rebalance_timeout_ms => INT32
 *   member_id => STRING                  empty: new
 *   group_instance_id => NULLABLE_STRING
 *   protocol_type => STRING
 *   protocols => name metadata TAG_BUFFER(6+)
 *     name => STRING   metadata => BYTES
 * ```
 */
export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  minVersion: 0,
  maxVersion: 7,
  flexibleFrom: 6,
  decode(reader, version) {
    const groupId = reader.string();
    const sessionTimeoutMs = reader.int32();
    const rebalanceTimeoutMs = version >= 1 ? reader.int32() : sessionTimeoutMs;
    const memberId = reader.string();
    const instanceId = version >= 5 ? reader.nullableString() : null;
    const protocolType = reader.string();
    const protocols = reader.array((protocol) => {
      const name = protocol.string();
      // Copied: the request's frame is much larger and must not be kept alive.
      const metadata = Buffer.from(protocol.bytes());
      protocol.tags();
      return { name, metadata };
    });
    reader.tags();
    return {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: Math.max(0, rebalanceTimeoutMs),
      memberId,
      instanceId,
      protocolType,
      protocols,
      requiresKnownId: version >= KNOWN_ID_FROM,
    };
  },
  async handle(request, { state, clientId, clientHost }): Promise<JoinOutcome> {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = state.settings;
    if (request.groupId === '') return joinRefused(ERROR.INVALID_GROUP_ID, request.memberId);
    const isPossible =
      request.sessionTimeoutMs >= minSessionTimeoutMs &&
      request.sessionTimeoutMs <= maxSessionTimeoutMs;
    if (!isPossible) return joinRefused(ERROR.INVALID_SESSION_TIMEOUT, request.memberId);
    const metadataBytes = request.protocols.reduce((sum, { metadata }) => sum + metadata.length, 0);
    if (metadataBytes > MAX_METADATA_BYTES) {
      return joinRefused(ERROR.INVALID_REQUEST, request.memberId);
    }
    const group = state.groups.open(request.groupId);
    if (!group) return joinRefused(ERROR.GROUP_MAX_SIZE_REACHED, request.memberId);
    const outcome = await group.join({ ...request, clientId, clientHost });
    state.log.debug(
      { group: group.id, member: outcome.memberId, generation: outcome.generation },
      'join answered',
    );
    return outcome;
  },
  encode: encodeJoinGroup,
});

/**
 * ```
 * JoinGroup Response (Version: 0-7) => throttle_time_ms(2+) error_code generation_id
 *     protocol_type(7+) protocol_name leader member_id [members] TAG_BUFFER(6+)
 *   throttle_time_ms => INT32   error_code => INT16   generation_id => INT32
 *   protocol_type => NULLABLE_STRING
 *   protocol_name => STRING              nullable from version 7 on
 *   leader, member_id => STRING
 *   members => member_id group_instance_id(5+) metadata TAG_BUFFER(6+)
 *     member_id => STRING   group_instance_id => NULLABLE_STRING   metadata => BYTES
 * ```
 */
function encodeJoinGroup(writer: WireWriter, outcome: JoinOutcome, version: number): void {
  if (version >= 2) writer.int32(0);
  writer.int16(outcome.error).int32(outcome.generation);
  if (version >= 7) writer.nullableString(outcome.protocolType);
  if (version >= 7) writer.nullableString(outcome.protocolName);
  else writer.string(outcome.protocolName ?? '');
  writer.string(outcome.leader).string(outcome.memberId);
  writer.array(outcome.members, (entry, member) => {
    entry.string(member.memberId);
    if (version >= 5) entry.nullableString(member.instanceId);
    entry.bytes(member.metadata).tags();
  });
  writer.tags();
}
