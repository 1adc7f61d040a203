import { once } from 'node:events';
import { connect } from 'node:net';

/** A request frame with header version 1 and no client id; `body` follows it. */
export function requestFrame(key: number, version: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(14);
  header.writeInt32BE(10 + body.length, 0);
  header.writeInt16BE(key, 4);
  header.writeInt16BE(version, 6);
  header.writeInt32BE(7, 8);
  header.writeInt16BE(-1, 12);
  return Buffer.concat([header, body]);
}

/** What a broker does with these bytes: it answers with a frame, or closes the connection. */
export async function sendFrame(
  port: number,
  bytes: Buffer,
  { andEnd = false } = {},
): Promise<Buffer | 'closed'> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const answer = Promise.withResolvers<Buffer | 'closed'>();
  let arrived: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    arrived = Buffer.concat([arrived, chunk]);
    const isWhole = arrived.length >= 4 && arrived.length >= 4 + arrived.readInt32BE(0);
    if (isWhole) answer.resolve(arrived.subarray(4));
  });
  socket.once('close', () => answer.resolve('closed'));
  socket.write(bytes);
  if (andEnd) socket.end();
  const outcome = await answer.promise;
  socket.destroy();
  return outcome;
}

/** The ranges in an answer to ApiVersions version 0: `[error] [[key, from, to], …]`. */
export async function apiRanges(port: number): Promise<Map<number, [from: number, to: number]>> {
  const frame = await sendFrame(port, requestFrame(18, 0));
  if (frame === 'closed') throw new Error('ApiVersions was not answered');
  const count = frame.readInt32BE(6);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const at = 10 + index * 6;
      return [frame.readInt16BE(at), [frame.readInt16BE(at + 2), frame.readInt16BE(at + 4)]];
    }),
  );
}
