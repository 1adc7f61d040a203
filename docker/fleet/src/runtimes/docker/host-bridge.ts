import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LaunchError } from '../../errors.ts';
import { createRelay } from './relay.ts';

/** Where a bridge stands and where it leads. */
export interface HostBridgeOptions {
  /** Address on which containers reach it: the gateway of their network. */
  bindHost: string;
  /** Default: any free one. */
  port?: number;
  /** Base URL of the registry on this host, `http://127.0.0.1:3000`. */
  registryUrl: string;
  /** OTLP over HTTP on this host, `http://127.0.0.1:4318`. */
  otlpEndpoint: string;
}

/** An open bridge. */
export interface HostBridge extends AsyncDisposable {
  readonly port: number;
}

/** Watches and exporters of a fleet at its largest, several times. */
const MAX_CONNECTIONS = 1000;

/**
 * Lets containers reach the two things that listen on the host's loopback address for them: the
 * watch of the registry and OTLP. Nothing else passes, least of all the control API: what runs in
 * the lab must not command it.
 *
 * @throws LaunchError when the port cannot be had; the system's own `EADDRNOTAVAIL` when `bindHost`
 * is no address of this machine, so that another can be tried
 */
export async function openHostBridge(options: HostBridgeOptions): Promise<HostBridge> {
  const { bindHost, port = 0 } = options;
  await using startup = new AsyncDisposableStack();
  const relay = startup.use(createRelay(options));
  const server = createServer(
    { keepAliveTimeout: 60_000, headersTimeout: 10_000, requestTimeout: 30_000 },
    relay.handle,
  );
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, bindHost, port);
  startup.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port: bound } = server.address() as AddressInfo;
  const parts = startup.move();
  return { port: bound, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL') throw error;
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${port} of ${host} is taken by another program: end it`,
      EACCES: `port ${port} needs more rights than this user has`,
    };
    const reason = reasons[code ?? ''] ?? message;
    const detail = `Containers cannot be given a way to the registry: ${reason}.`;
    throw new LaunchError('part-failed', null, detail, { cause: error });
  }
}
