import { createToxiproxy } from '@faultline/tcp-proxy';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { createMemoryFleet, type MemoryFleet } from './memory-fleet.ts';

/** Two payments instances behind real proxies, and a fleet in memory that knows them. */
export interface Lines extends AsyncDisposable {
  fleet: MemoryFleet;
  /** Base URL of the proxy server's API. */
  url: string;
  /** Sends a line through a proxy and waits for its echo. */
  ask(proxy: string, timeoutMs?: number): Promise<{ outcome: string; tookMs: number }>;
  toxicsOf(proxy: string): Promise<string[]>;
  isEnabled(proxy: string): Promise<boolean>;
  /** Adds a proxy to the real server, to the same upstream. */
  addProxy(name: string): Promise<void>;
}

/**
 * Starts an echo server and makes proxies for `orders->payments`.
 *
 * @param proxyServer base URL of a Toxiproxy API; default: the embedded proxy server, started here
 */
export async function openLines(proxyServer?: string): Promise<Lines> {
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const upstream = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const own = proxyServer === undefined ? await createToxiproxy({ port: 0 }) : null;
  const url = proxyServer ?? own?.url ?? '';
  const ports = new Map<string, number>();

  const addProxy = async (name: string) => {
    const response = await fetch(new URL('/proxies', url), {
      method: 'POST',
      body: JSON.stringify({ name, listen: '127.0.0.1:0', upstream }),
    });
    const { listen } = (await response.json()) as { listen: string };
    ports.set(name, Number(listen.split(':').at(-1)));
  };
  const proxyOf = async (name: string) =>
    (await (await fetch(new URL(`/proxies/${name}`, url))).json()) as {
      enabled: boolean;
      toxics: { name: string }[];
    };
  await addProxy('orders.payments-1');
  await addProxy('orders.payments-2');
  const fleet = createMemoryFleet({
    services: { orders: ['orders-1'], payments: ['payments-1', 'payments-2'] },
    links: [
      {
        name: 'orders->payments',
        proxies: ['payments-1', 'payments-2'].map((id) => ({
          proxy: `orders.${id}`,
          instance: id,
        })),
      },
    ],
    proxyApiUrl: url,
  });
  return {
    fleet,
    url,
    addProxy,
    ask: (proxy, timeoutMs = 400) => askOnce(ports.get(proxy) ?? 0, timeoutMs),
    toxicsOf: async (proxy) => (await proxyOf(proxy)).toxics.map(({ name }) => name),
    isEnabled: async (proxy) => (await proxyOf(proxy)).enabled,
    async [Symbol.asyncDispose]() {
      await own?.close();
      await close(echo);
    },
  };
}

const LINE = `${'x'.repeat(199)}\n`;

function askOnce(port: number, timeoutMs: number): Promise<{ outcome: string; tookMs: number }> {
  const begun = process.hrtime.bigint();
  return new Promise((resolve) => {
    let received = 0;
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(LINE));
    const end = (outcome: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ outcome, tookMs: Number(process.hrtime.bigint() - begun) / 1e6 });
    };
    const timer = setTimeout(() => end('silence'), timeoutMs);
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received >= LINE.length) end('echo');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'error'));
    socket.on('close', () => end(received === 0 ? 'closed' : `closed after ${received}`));
  });
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
