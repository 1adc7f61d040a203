import { defineApi } from './api.ts';
import { ERROR } from '../wire/errors.ts';

const GROUP_KEY = 0;
const NO_NODE = { id: -1, host: '', port: -1 };

/**
 * ```
 * FindCoordinator Request (Version: 0-3) => key key_type(1+) TAG_BUFFER(3+)
 *   key => STRING
 *   key_type => INT8                     0 a group, 1 a transaction
 *
 * FindCoordinator Response (Version: 0-3) => throttle_time_ms(1+) error_code error_message(1+)
 *     node_id host port TAG_BUFFER(3+)
 *   throttle_time_ms => INT32   error_code => INT16   error_message => NULLABLE_STRING
 *   node_id => INT32   host => STRING   port => INT32
 * ```
 */
export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 3,
  decode(reader, version) {
    reader.string();
    const keyType = version >= 1 ? reader.int8() : GROUP_KEY;
    reader.tags();
    return keyType;
  },
  handle(keyType, { state }) {
    return keyType === GROUP_KEY
      ? { error: ERROR.NONE, reason: null, node: state.node }
      : { error: ERROR.INVALID_REQUEST, reason: 'transactions are not supported', node: NO_NODE };
  },
  encode(writer, { error, reason, node }, version) {
    if (version >= 1) writer.int32(0);
    writer.int16(error);
    if (version >= 1) writer.nullableString(reason);
    writer.int32(node.id).string(node.host).int32(node.port).tags();
  },
});
