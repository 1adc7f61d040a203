import { defineApi } from './api.ts';
import { ERROR } from '../wire/errors.ts';

/**
 * ```
 * ListGroups Request (Version: 0-4) => [states_filter](4+) TAG_BUFFER(3+)
 *   states_filter => STRING              empty: all
 *
 * ListGroups Response (Version: 0-4) => throttle_time_ms(1+) error_code [groups] TAG_BUFFER(3+)
 *   throttle_time_ms => INT32   error_code => INT16
 *   groups => group_id protocol_type group_state(4+) TAG_BUFFER(3+)
 *     group_id, protocol_type, group_state => STRING
 * ```
 */
export const listGroups = defineApi({
  key: 16,
  name: 'ListGroups',
  minVersion: 0,
  maxVersion: 4,
  flexibleFrom: 3,
  decode(reader, version) {
    const states = version >= 4 ? reader.array((state) => state.string()) : [];
    reader.tags();
    return new Set(states.map((state) => state.toLowerCase()));
  },
  handle(states, { state }) {
    return state.groups
      .list()
      .filter((group) => states.size === 0 || states.has(group.state.toLowerCase()))
      .map((group) => ({ id: group.id, ...group.describe() }));
  },
  encode(writer, groups, version) {
    if (version >= 1) writer.int32(0);
    writer.int16(ERROR.NONE);
    writer.array(groups, (entry, group) => {
      entry.string(group.id).string(group.protocolType);
      if (version >= 4) entry.string(group.state);
      entry.tags();
    });
    writer.tags();
  },
});
