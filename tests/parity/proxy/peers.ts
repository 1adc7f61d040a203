import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** How a connection looked to one of its ends when it was over. */
export type Ending = 'end' | 'reset';

/** One end of a connection: what it received, when, and how it ended. */
export interface End {
  readonly socket: Socket;
  /** All bytes so far. */
  received(): Buffer;
  /** Sizes of the reads so far. */
  readonly reads: readonly number[];
  /** Resolves with all bytes once `sizeBytes` have arrived; rejects when the stream ends before. */
  has(sizeBytes: number): Promise<Buffer>;
  /** Resolves when the other side's stream is over: in order, or by a reset. */
  readonly over: Promise<Ending>;
}

/** A server: an end for each accepted connection, in the order of acceptance. */
export interface Server extends AsyncDisposable {
  readonly address: string;
  readonly ends: readonly End[];
  /** Resolves with the next end that was not asked for yet. */
  accepted(): Promise<End>;
}

/** Follows a socket. Whoever wants to read slowly pauses it. */
export function follow(socket: Socket): End {
  const parts: Buffer[] = [];
  const reads: number[] = [];
  let sizeBytes = 0;
  let ending: Ending | undefined;
  let changed = Promise.withResolvers<void>();
  const over = Promise.withResolvers<Ending>();

  function wake(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function finish(how: Ending): void {
    ending ??= how;
    over.resolve(ending);
    wake();
  }

  socket.on('data', (data: Buffer) => {
    parts.push(data);
    reads.push(data.length);
    sizeBytes += data.length;
    wake();
  });
  socket.on('end', () => finish('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A write to a closed connection fails with EPIPE; how the stream ended is told elsewhere.
    if (error.code === 'ECONNRESET') finish('reset');
  });
  socket.on('close', () => finish('end'));
  return {
    socket,
    reads,
    received: () => Buffer.concat(parts),
    over: over.promise,
    async has(wantedBytes) {
      while (sizeBytes < wantedBytes && ending === undefined) await changed.promise;
      if (sizeBytes >= wantedBytes) return Buffer.concat(parts);
      throw new Error(`${ending} after ${sizeBytes} of ${wantedBytes} bytes`);
    },
  };
}

/** Listens on a free port. With `echo`, bytes come back and an end is answered by an end. */
export async function startServer({ echo = false } = {}): Promise<Server> {
  const ends: End[] = [];
  const sockets = new Set<Socket>();
  let taken = 0;
  let arrived = Promise.withResolvers<void>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const end = follow(socket);
    if (echo) socket.on('data', (data) => socket.write(data)).on('end', () => socket.end());
    ends.push(end);
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ends,
    async accepted() {
      while (ends.length <= taken) await arrived.promise;
      taken += 1;
      return ends[taken - 1]!;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Connects to `host:port`. */
export async function dial(address: string): Promise<End> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return follow(socket);
}

/** Whether a connection is refused. */
export async function isRefused(address: string): Promise<boolean> {
  return dial(address).then(
    ({ socket }) => {
      socket.destroy();
      return false;
    },
    (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
  );
}
