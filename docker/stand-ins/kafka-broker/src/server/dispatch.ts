import { HANG_UP, NO_ANSWER, type BrokerState, type Call } from '../apis/api.ts';
import { API_VERSIONS_KEY, encodeApiVersions } from '../apis/api-versions.ts';
import { REGISTRY } from '../apis/registry.ts';
import { ERROR } from '../wire/errors.ts';
import { createWireReader } from '../wire/reader.ts';
import { createWireWriter } from '../wire/writer.ts';

/** The frame to send, nothing to send, or the end of the connection and why. */
export type Reply =
  { kind: 'frame'; chunks: Buffer[] } | { kind: 'none' } | { kind: 'close'; reason: string };

/** Who sent a request. */
export interface Sender {
  clientHost: string;
  signal: AbortSignal;
}

/**
 * Answers one request.
 *
 * ```
 * Request Header v1 => request_api_key request_api_version correlation_id client_id
 * Request Header v2 => request_api_key request_api_version correlation_id client_id TAG_BUFFER
 *   request_api_key => INT16
 *   request_api_version => INT16
 *   correlation_id => INT32
 *   client_id => NULLABLE_STRING         with an INT16 length in version 2 too
 * ```
 *
 * An API or a version that is not in the registry closes the connection, as in Apache Kafka:
 * nobody knows which response the client could read. Only ApiVersions has an answer to that.
 *
 * @throws MalformedRequest when the frame does not follow the grammar
 */
export function dispatch(
  frame: Buffer,
  sender: Sender,
  state: BrokerState,
): Reply | Promise<Reply> {
  const key = frame.readInt16BE(0);
  const version = frame.readInt16BE(2);
  const correlationId = frame.readInt32BE(4);
  const api = REGISTRY.get(key);
  if (!api) return { kind: 'close', reason: `API key ${key} is not supported` };
  if (version < api.minVersion || version > api.maxVersion) {
    if (key === API_VERSIONS_KEY) return refuseVersion(correlationId);
    const range = `${api.minVersion} to ${api.maxVersion}`;
    return { kind: 'close', reason: `${api.name} version ${version} is not one of ${range}` };
  }

  const header = createWireReader(frame, 8, false);
  const clientId = header.nullableString() ?? '';
  const flexible = version >= api.flexibleFrom;
  const body = createWireReader(frame, frame.length - header.remaining, flexible);
  body.tags();
  const call: Call = { state, version, clientId, ...sender };
  const answer = api.answer(body, call);
  const finish = (settled: Awaited<typeof answer>): Reply => {
    if (settled === NO_ANSWER) return { kind: 'none' };
    if (settled === HANG_UP) return { kind: 'close', reason: `${api.name} failed` };
    const headerTags = flexible && key !== API_VERSIONS_KEY;
    const writer = createWireWriter({ flexible, correlationId, headerTags });
    settled(writer);
    return { kind: 'frame', chunks: writer.finish() };
  };
  return answer instanceof Promise ? answer.then(finish) : finish(answer);
}

function refuseVersion(correlationId: number): Reply {
  const writer = createWireWriter({ flexible: false, correlationId, headerTags: false });
  encodeApiVersions(writer, ERROR.UNSUPPORTED_VERSION, [...REGISTRY.values()], 0);
  return { kind: 'frame', chunks: writer.finish() };
}
