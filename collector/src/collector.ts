import { systemClock, type Clock } from '@faultline/chassis/core';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import { createBacklog } from './backlog.ts';
import type { CollectorStats } from './contract/index.ts';
import { createInstanceBook } from './derive/instances.ts';
import { startFlusher } from './flusher.ts';
import { createLive } from './live.ts';
import { createPipeline } from './pipeline.ts';
import { PortUnavailableError, startOtlpGrpc } from './receive/otlp-grpc.ts';
import { startScraper } from './receive/scrape.ts';
import { createServer } from './server.ts';
import { openStore } from './store/store.ts';
import { startFeed } from './stream/feed.ts';
import { createTally } from './tally.ts';

/** How a collector is started. */
export interface CollectorOptions {
  /** Folder of the store; it is created. */
  dataDir: string;
  /** Address to listen on (default 127.0.0.1). */
  host?: string | undefined;
  /** OTLP over HTTP, queries and stream (default 0: any free port). */
  httpPort?: number | undefined;
  /** OTLP over gRPC (default 0: any free port). */
  grpcPort?: number | undefined;
  /** Largest store, bytes (default 2 GiB, at least 16 MiB). */
  storeLimitBytes?: number | undefined;
  /** Host names beside the loopback ones that lead here and may be scraped. */
  allowedHosts?: readonly string[] | undefined;
  log?: Logger | undefined;
  clock?: Clock | undefined;
}

/** A running collector. */
export interface Collector {
  /** Base of `/v1/*` and `/api/*`. */
  readonly httpUrl: string;
  readonly grpcUrl: string;
  readonly httpPort: number;
  readonly grpcPort: number;
  /** Writes what is queued and ends everything. */
  close(): Promise<void>;
}

/** Default of `storeLimitBytes`. */
export const DEFAULT_STORE_LIMIT_BYTES = 2 * 1024 ** 3;
/** Events of an earlier run that the live state starts from. */
const RESTORED_EVENTS = 30_000;

/**
 * Starts a collector.
 *
 * @throws StoreUnavailableError or PortUnavailableError, with the way out in their message
 */
export async function createCollector(options: CollectorOptions): Promise<Collector> {
  await using stack = new AsyncDisposableStack();
  const host = options.host ?? '127.0.0.1';
  const clock = options.clock ?? systemClock;
  const log = options.log ?? pino({ level: 'silent' });
  const storeLimitBytes = options.storeLimitBytes ?? DEFAULT_STORE_LIMIT_BYTES;
  const allowedHosts = options.allowedHosts ?? [];

  const store = stack.use(
    await openStore({ directory: options.dataDir, limitBytes: storeLimitBytes, log }),
  );
  const live = createLive(clock);
  try {
    live.restore(await store.recentEvents(RESTORED_EVENTS));
  } catch (error) {
    // The past is worth less than a collector that starts: live state begins anew.
    log.warn({ err: error }, 'sagas and breakers of the past could not be read');
  }
  const backlog = createBacklog();
  const tally = createTally();
  const flusher = stack.use(startFlusher({ backlog, store, tally, clock, log }));
  const intake = createPipeline({ live, backlog, tally, lastSeq: store.lastSeq });
  const instances = createInstanceBook();
  const scraper = stack.use(startScraper({ clock, intake, live, instances }));
  const startedAt = clock.now();
  const stats = (): CollectorStats => {
    const newest = flusher.newestAt();
    return {
      startedAt,
      ...tally.read(),
      queued: backlog.count,
      ...store.size(),
      storeLimitBytes,
      dataAgeMs: newest === null ? null : Math.max(0, clock.now() - newest),
    };
  };
  const feed = stack.use(startFeed({ live, clock, stats, drops: () => tally.drops }));
  const context = { clock, live, store, instances, scraper, stats, allowedHosts };
  const server = await createServer({ intake, feed, context, log });
  const httpPort = await listen(server, host, options.httpPort ?? 0);
  stack.defer(() => server.close());
  const grpc = stack.use(await startOtlpGrpc(intake, host, options.grpcPort ?? 0));

  const everything = stack.move();
  return {
    httpUrl: `http://${host}:${httpPort}`,
    grpcUrl: `http://${host}:${grpc.port}`,
    httpPort,
    grpcPort: grpc.port,
    close: () => everything.disposeAsync(),
  };
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw new PortUnavailableError(
      `${host}:${port} cannot be listened on (${error instanceof Error ? error.message : ''})`,
      { cause: error },
    );
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
