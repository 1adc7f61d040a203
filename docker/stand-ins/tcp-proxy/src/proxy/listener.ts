import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SOCKET_OPTIONS } from './connection.ts';
import { formatAddress, type AddressProblem, type HostPort } from './address.ts';

/** A bound port. */
export interface Listener {
  /** Where it really listens; the port is never 0. */
  readonly address: HostPort;
  /** Stops accepting at once and frees the port. Accepted sockets are the caller's. */
  close(): void;
}

/** Go's words for what `bind` and `listen` refuse. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EACCES: 'bind: permission denied',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  EMFILE: 'socket: too many open files',
};

/** Binds `address` and hands over each client, paused. */
export async function openListener(
  address: HostPort,
  onClient: (client: Socket) => void,
): Promise<Listener | AddressProblem> {
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, onClient);
  let failure = await listen(server, address);
  if (failure?.code === 'EAFNOSUPPORT' && address.host === '::') {
    failure = await listen(server, { host: '0.0.0.0', port: address.port });
  }
  if (failure) {
    const reason = REASONS[failure.code ?? ''] ?? failure.message;
    return { problem: `${formatAddress(address)}: ${reason}` };
  }
  // A listening socket may report errors of single accepts; the listener itself goes on.
  server.on('error', () => undefined);
  const bound = server.address() as AddressInfo;
  return {
    // Without IPv6 the wildcard is another one; it keeps its name, so that it compares as equal.
    address: { host: bound.address === '0.0.0.0' ? '::' : bound.address, port: bound.port },
    close() {
      server.close();
    },
  };
}

function listen(
  server: Server,
  { host, port }: HostPort,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}
