import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server for tests: where it listens, the sockets it has accepted, and how to end it. */
export interface Peer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** Bytes received over all sockets since the last `forget`. */
  receivedBytes(): number;
  forget(): void;
}

/** Starts a server on a free port; `onSocket` gets each accepted socket. */
export async function startPeer(onSocket: (socket: Socket) => void = ignore): Promise<Peer> {
  const sockets: Socket[] = [];
  let forgotten = 0;
  const readBytes = () => sockets.reduce((total, socket) => total + socket.bytesRead, 0);
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', ignore);
    sockets.push(socket);
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    sockets,
    receivedBytes: () => readBytes() - forgotten,
    forget() {
      forgotten = readBytes();
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A peer that sends back what it gets, and its end after the client's end. */
export function startEcho(): Promise<Peer> {
  return startPeer((socket) => socket.pipe(socket));
}

/** A client that remembers what it has received and how the connection ended. */
export interface Client extends Disposable {
  readonly socket: Socket;
  readonly received: () => Buffer;
  /** Resolves once `sizeBytes` have arrived in all; rejects if the connection closes before. */
  has(sizeBytes: number): Promise<Buffer>;
  /** Resolves with the error code of the connection, or `end` after an orderly end. */
  readonly over: Promise<string>;
}

export async function startClient(listen: string): Promise<Client> {
  const port = Number(listen.slice(listen.lastIndexOf(':') + 1));
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  const client = followSocket(socket);
  await once(socket, 'connect');
  return client;
}

function followSocket(socket: Socket): Client {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  const over = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve('closed'));
  });
  socket.on('error', ignore);
  socket.on('data', (data: Buffer) => {
    parts.push(data);
    sizeBytes += data.length;
    socket.emit('grown');
  });
  return {
    socket,
    received: () => Buffer.concat(parts),
    over,
    async has(wantedBytes) {
      while (sizeBytes < wantedBytes) {
        const how = await Promise.race([once(socket, 'grown').then(() => 'more'), over]);
        if (how !== 'more' && sizeBytes < wantedBytes) {
          throw new Error(`connection over (${how}) after ${sizeBytes} of ${wantedBytes} bytes`);
        }
      }
      return Buffer.concat(parts);
    },
    [Symbol.dispose]() {
      socket.destroy();
    },
  };
}

function ignore(): void {
  // Tests look at how a connection ends through `over`.
}
