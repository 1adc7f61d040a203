import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createFrameSplitter } from '../wire/frames.ts';
import { createWireReader, type WireReader } from '../wire/reader.ts';
import { createWireWriter, type WireWriter } from '../wire/writer.ts';

/** A client that sends what it is told to, right or wrong. */
export interface RawClient extends AsyncDisposable {
  readonly socket: Socket;
  /** Sends bytes and returns the next response frame, without its size. */
  exchange(bytes: Buffer): Promise<Buffer>;
  /** Resolves when the broker has closed the connection. */
  readonly closed: Promise<void>;
}

/** Connects to the broker. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1');
  const frames = createFrameSplitter(200 * 1024 * 1024);
  const arrived: Buffer[] = [];
  const waiting: ((frame: Buffer) => void)[] = [];
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk);
    for (let next = frames.next(); next; next = frames.next()) {
      const frame = Buffer.from(next);
      const waiter = waiting.shift();
      if (waiter) waiter(frame);
      else arrived.push(frame);
    }
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');

  return {
    socket,
    closed,
    exchange(bytes) {
      socket.write(bytes);
      const frame = arrived.shift();
      if (frame) return Promise.resolve(frame);
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        void closed.then(() => reject(new Error('closed before the answer came')));
      });
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
    },
  };
}

/** A request frame: header version 1, or 2 when `flexible`. */
export function encodeRequest(
  request: { key: number; version: number; correlationId?: number; flexible?: boolean },
  body: (writer: WireWriter) => void = () => undefined,
): Buffer {
  const { key, version, correlationId = 1, flexible = false } = request;
  // A request begins with two INT16 where a response has the INT32 correlation id.
  const writer = createWireWriter({
    flexible,
    correlationId: key * 65_536 + version,
    headerTags: false,
  });
  writer.int32(correlationId).int16(4);
  for (const character of 'test') writer.int8(character.charCodeAt(0));
  writer.tags();
  body(writer);
  return Buffer.concat(writer.finish());
}

/** Reads the body of a response frame, after the header. */
export function readResponse(frame: Buffer, flexible = false): WireReader {
  const reader = createWireReader(frame, 4, flexible);
  reader.tags();
  return reader;
}
