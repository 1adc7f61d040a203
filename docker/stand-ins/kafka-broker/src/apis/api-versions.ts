import { defineApi, type Api } from './api.ts';
import { ERROR, type ErrorCode } from '../wire/errors.ts';
import type { WireWriter } from '../wire/writer.ts';

/** The key of ApiVersions: the one API whose unsupported versions have an answer. */
export const API_VERSIONS_KEY = 18;

/**
 * ```
 * ApiVersions Request (Version: 0-2) =>
 * ApiVersions Request (Version: 3) => client_software_name client_software_version TAG_BUFFER
 *   client_software_name => COMPACT_STRING
 *   client_software_version => COMPACT_STRING
 *
 * ApiVersions Response (Version: 0-3) => error_code [api_keys] throttle_time_ms(1+) TAG_BUFFER(3+)
 *   error_code => INT16
 *   api_keys => api_key min_version max_version TAG_BUFFER(3+)
 *     api_key => INT16
 *     min_version => INT16
 *     max_version => INT16
 *   throttle_time_ms => INT32
 * ```
 *
 * The response header is version 0 in every version (KIP-511): the client does not know yet what
 * it may expect.
 *
 * @param list the registry, read when a client asks
 */
export function apiVersions(list: () => readonly Api[]): Api {
  return defineApi({
    key: API_VERSIONS_KEY,
    name: 'ApiVersions',
    minVersion: 0,
    maxVersion: 3,
    flexibleFrom: 3,
    decode(reader, version) {
      if (version < 3) return undefined;
      reader.string();
      reader.string();
      reader.tags();
      return undefined;
    },
    handle: () => list(),
    encode: (writer, apis, version) => encodeApiVersions(writer, ERROR.NONE, apis, version),
  });
}

/** Writes the response; with UNSUPPORTED_VERSION in version 0, so that any client can read it. */
export function encodeApiVersions(
  writer: WireWriter,
  error: ErrorCode,
  apis: readonly Api[],
  version: number,
): void {
  writer.int16(error);
  writer.array(apis, (entry, api) => {
    entry.int16(api.key).int16(api.minVersion).int16(api.maxVersion).tags();
  });
  if (version >= 1) writer.int32(0);
  writer.tags();
}
