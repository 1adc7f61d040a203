import type { buildConnector, Pool as UndiciPool } from 'undici';
// The package's main module loads fetch, web sockets, caches and proxies, 14 MB of them in each of
// a dozen services; the pool alone is what a link needs. The version of undici is pinned.
// @ts-expect-error the file has no types of its own
import UntypedPool from 'undici/lib/dispatcher/pool.js';

const Pool = UntypedPool as typeof UndiciPool;

const CONNECT_TIMEOUT_MS = 2000;
const KEEP_ALIVE_MS = 10_000;

/**
 * A ceiling for the case that the bulkhead is switched off; connections are opened as needed and
 * closed when idle.
 */
const CONNECTIONS = 128;

/**
 * Keep-alive connections to one endpoint; connect timeout 2 s.
 *
 * @param encrypted opens them, where the link is encrypted
 */
export function createPool(
  host: string,
  port: number,
  encrypted?: (timeoutMs: number) => buildConnector.connector,
): UndiciPool {
  return new Pool(`${encrypted ? 'https' : 'http'}://${host}:${port}`, {
    connections: CONNECTIONS,
    pipelining: 1,
    connect: encrypted?.(CONNECT_TIMEOUT_MS) ?? { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
