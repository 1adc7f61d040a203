import type { Pool } from 'pg';
import type { Configuration } from '../configuration/configuration.ts';

/** As good as none: PostgreSQL's own `max_connections` ends it. */
const UNLIMITED = 10_000;

/** What holds for a service without the pattern `databasePool`. */
export interface PoolDefaults {
  connections: number;
  /** Milliseconds. */
  acquireMs: number;
}

/**
 * Makes `pool` follow the pattern `databasePool`: at most `connections`, and `acquireMs` of waiting
 * for one. Switched off, every caller gets a connection of its own, until the server has none left
 * for anybody. A lower limit closes what is too much: idle connections at once, others when they
 * come back.
 */
export function limitPool(
  pool: Pool,
  configuration: Pick<Configuration, 'policy' | 'current' | 'follow'>,
  defaults: PoolDefaults,
): void {
  const { options } = pool;

  function apply(): void {
    const policy = configuration.policy('databasePool');
    const told = configuration.current.service.databasePool !== undefined;
    options.max = !told ? defaults.connections : policy.enabled ? policy.connections : UNLIMITED;
    options.connectionTimeoutMillis =
      told && policy.enabled ? policy.acquireMs : defaults.acquireMs;
    // The pool looks at its limit when somebody takes or returns a connection: let that happen.
    const surplus = Math.min(pool.idleCount, pool.totalCount - options.max);
    const room = Math.min(pool.waitingCount, options.max - pool.totalCount);
    for (let count = Math.max(surplus, room); count > 0; count--) void visit(pool);
  }

  pool.on('release', () => {
    options.maxUses = pool.totalCount > options.max ? 1 : Infinity;
  });
  configuration.follow(apply);
}

/** Takes a connection and gives it back. */
async function visit(pool: Pool): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch {
    // Whoever needs one will learn why there is none.
  }
}
