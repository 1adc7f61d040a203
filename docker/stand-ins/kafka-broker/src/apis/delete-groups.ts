import { defineApi } from './api.ts';
import { storageFailure } from './topic-creation.ts';

/**
 * ```
 * DeleteGroups Request (Version: 0-2) => [groups_names] TAG_BUFFER(2+)
 *   groups_names => STRING
 *
 * DeleteGroups Response (Version: 0-2) => throttle_time_ms [results] TAG_BUFFER(2+)
 *   throttle_time_ms => INT32
 *   results => group_id error_code TAG_BUFFER(2+)
 *     group_id => STRING   error_code => INT16
 * ```
 */
export const deleteGroups = defineApi({
  key: 42,
  name: 'DeleteGroups',
  minVersion: 0,
  maxVersion: 2,
  flexibleFrom: 2,
  decode(reader) {
    const groupIds = reader.array((group) => group.string());
    reader.tags();
    return groupIds;
  },
  handle(groupIds, { state }) {
    return groupIds.map((id) => {
      try {
        return { id, error: state.groups.delete(id) };
      } catch (error) {
        return { id, error: storageFailure(state, `group ${id} not deleted`, error).error };
      }
    });
  },
  encode(writer, results) {
    writer.int32(0);
    writer.array(results, (entry, { id, error }) => {
      entry.string(id).int16(error).tags();
    });
    writer.tags();
  },
});
