import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  systemClock,
  systemIds,
  systemRandom,
  type Clock,
  type IdSource,
} from '@faultline/chassis/core';
import { createRoutes } from './api/routes.ts';
import { readProxies } from './api/proxy-body.ts';
import { createApiServer } from './api/server.ts';
import { createEventHub } from './events.ts';
import { createBufferBudget } from './link/budget.ts';
import { createReadTurn } from './link/read-turn.ts';
import { silentLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { formatAddress } from './proxy/address.ts';
import { createProxyCollection, type ProxyCollection } from './proxy/collection.ts';
import { isRefusal } from './proxy/refusal.ts';

/** What `GET /version` says: the Toxiproxy release that is matched, and ours. */
export const VERSION = '2.12.0+faultline-0.1.0';

/** What libuv reads from one socket in a turn: a single busy connection never waits. */
const READ_PER_TURN_BYTES = 2 * 1024 * 1024;

export interface ToxiproxyOptions {
  /** Where the API listens (default 127.0.0.1). */
  readonly host?: string;
  /** Port of the API; 0 takes any (default 8474). */
  readonly port?: number;
  /** Makes every draw repeatable: toxicity, jitter, slicing, loss. Default: by chance. */
  readonly seed?: number;
  /** Proxies to begin with, in the shape of `POST /populate`. A bad one is logged, not fatal. */
  readonly config?: unknown;
  /** Serve bytes and connections per proxy under /metrics (default false). */
  readonly proxyMetrics?: boolean;
  /** Serve memory, CPU and event loop of this process under /metrics (default false). */
  readonly runtimeMetrics?: boolean;
  /** Whether one side may close its half of a connection (default true; Toxiproxy: false). */
  readonly halfClose?: boolean;
  /** How long an upstream may take to accept, ms (default 10,000). */
  readonly dialTimeoutMs?: number;
  /** Bytes that all connections together may hold back, e.g. for latency (default 256 MiB). */
  readonly bufferBytes?: number;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly log?: Log;
}

/** A running stand-in. */
export interface Toxiproxy extends AsyncDisposable {
  /** Base address of the API, e.g. `http://127.0.0.1:8474`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Stops the API and all proxies, closes every connection. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in in this process.
 *
 * @throws the `listen` error of the API's port (code `EADDRINUSE` and the like)
 */
export async function createToxiproxy(options: ToxiproxyOptions = {}): Promise<Toxiproxy> {
  const { host = '127.0.0.1', port = 8474, clock = systemClock, log = silentLog } = options;
  const events = createEventHub(() => clock.now());
  events.subscribe((event) => log.info(event, event.type));
  const proxies = createProxyCollection({
    clock,
    events,
    seed: options.seed ?? Math.floor(systemRandom.next() * 2 ** 32),
    budget: createBufferBudget(options.bufferBytes ?? 256 * 1024 * 1024),
    turn: createReadTurn(READ_PER_TURN_BYTES),
    halfClose: options.halfClose ?? true,
    dialTimeoutMs: options.dialTimeoutMs ?? 10_000,
  });
  const { proxyMetrics = false, runtimeMetrics = false } = options;
  const metrics = await createMetrics({ proxies, proxy: proxyMetrics, runtime: runtimeMetrics });
  const routes = createRoutes({ proxies, events, metrics, version: VERSION });
  const server = createApiServer({ routes, ids: options.ids ?? systemIds, log, host });

  server.listen({ host, port });
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  if (options.config !== undefined) await applyConfig(proxies, options.config, log);

  async function close(): Promise<void> {
    proxies.dispose();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://${formatAddress({ host, port: bound })}`,
    host,
    port: bound,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** As with Toxiproxy, a bad configuration is reported and the server runs without it. */
async function applyConfig(proxies: ProxyCollection, config: unknown, log: Log): Promise<void> {
  const settings = readProxies(config);
  const { refusal } = isRefusal(settings)
    ? { refusal: settings }
    : await proxies.populate(settings);
  if (refusal) log.error({ error: refusal.error }, 'failed to populate proxies from config');
}
