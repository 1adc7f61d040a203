import type { Pool } from 'undici';
import type { LinkConfiguration } from '../core/index.ts';
import type { ClientTls } from '../transport/client-tls.ts';
import { createPool } from './undici-pool.ts';

/** Connections of a link, a pool per endpoint. */
export interface Pools extends AsyncDisposable {
  of(host: string, port: number): Pool;
  /** Calls that begin from now on find only these endpoints, and are encrypted as it says. */
  configure(configuration: Pick<LinkConfiguration, 'endpoints'> & Partial<LinkConfiguration>): void;
}

/** Creates pools for the endpoints of `callee`, as they are needed. */
export function createPools(callee: string, clientTls: ClientTls | undefined): Pools {
  const pools = new Map<string, Pool>();
  let tls: LinkConfiguration['tls'] = 'none';
  const open = (host: string, port: number): Pool => {
    const mode = tls;
    if (mode === 'none') return createPool(host, port);
    if (!clientTls) throw new Error(`The way to ${callee} is encrypted, this one cannot be`);
    return createPool(host, port, (timeoutMs) => clientTls.connector(callee, mode, timeoutMs));
  };
  return {
    of(host, port) {
      const key = `${host}:${port}`;
      let pool = pools.get(key);
      if (!pool) pools.set(key, (pool = open(host, port)));
      return pool;
    },
    configure({ endpoints, tls: next = 'none' }) {
      const wanted = new Set(endpoints.map(({ host, port }) => `${host}:${port}`));
      for (const [key, pool] of pools) {
        if (wanted.has(key) && next === tls) continue;
        pools.delete(key);
        // Waits for the requests under way: an instance that leaves may still answer them.
        void pool.close();
      }
      tls = next;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
