import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { BrokerState } from '../apis/api.ts';
import type { BrokerSettings } from '../options.ts';
import { serveConnection } from './connection.ts';

/** A listening socket and its connections. */
export interface BrokerServer {
  readonly port: number;
  /** From now on connections are served; those that came earlier have waited. */
  serve(state: BrokerState): void;
  /** Closes the connections and stops listening. */
  close(): Promise<void>;
}

/** Listens. @throws the socket's error, for instance EADDRINUSE */
export async function listen(settings: BrokerSettings): Promise<BrokerServer> {
  const sockets = new Set<Socket>();
  const serving = new Set<Promise<void>>();
  const waiting: Socket[] = [];
  let state: BrokerState | undefined;

  const accept = (socket: Socket, served: BrokerState) => {
    const done = serveConnection(socket, served).finally(() => {
      serving.delete(done);
      sockets.delete(socket);
    });
    serving.add(done);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    if (state) accept(socket, state);
    else waiting.push(socket);
  });
  server.maxConnections = settings.maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    serve(served) {
      state = served;
      for (const socket of waiting.splice(0)) accept(socket, served);
    },
    async close() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.all([stopped, ...serving]);
    },
  };
}
