import type pg from 'pg';
import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import type { Workloads } from '../configuration/workload.ts';
import { currentContext } from '../context/request-context.ts';
import type { Clock, Random, ServiceEnvironment } from '../core/index.ts';
import { deadlineExceeded } from '../http/problem-error.ts';
import type { Database, Telemetry, Transaction } from '../service.ts';
import { createHedgedReads } from './hedged-reads.ts';
import { instrumentDatabase, type Measure } from './instrumentation.ts';
import { listenTo } from './notifications.ts';
import { PatientPool } from './patient-pool.ts';
import { limitPool } from './pool-limits.ts';
import { createStatementNames } from './statement-names.ts';
import { announceCommit } from './transaction-hooks.ts';

const CONNECT_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 5000;
/** The client gives up a little later than the server, which answers with the better error. */
const QUERY_TIMEOUT_MS = 6000;
const IDLE_TIMEOUT_MS = 30_000;

/** Serialization failure and deadlock: PostgreSQL asks to run the transaction again. */
const REPEATABLE = new Set(['40001', '40P01']);
const TRANSACTION_ATTEMPTS = 3;
const REPEAT_DELAY_MS = 20;

/** A database with the handles that only the runtime needs. */
export interface DatabaseRuntime {
  database: Database;
  pool: pg.Pool;
  /** Rejects while the database does not answer. */
  readonly check: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface DatabaseOptions {
  environment: ServiceEnvironment & { DATABASE_URL: string };
  configuration: Configuration;
  telemetry: Telemetry;
  log: Logger;
  clock: Clock;
  random: Random;
  /** Called as soon as a transaction has committed, before whatever waits for it. */
  committed?: () => void;
}

/** Creates the pool of the service's database. Connects lazily: the database may still be away. */
export function createDatabase(options: DatabaseOptions): DatabaseRuntime {
  const { environment, configuration, telemetry, log, clock } = options;
  const connection = {
    ...addressOf(environment.DATABASE_URL, configuration.workload),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: environment.INSTANCE_ID,
  };
  const pool = new PatientPool(CONNECT_TIMEOUT_MS, clock, {
    ...connection,
    max: environment.DATABASE_POOL_SIZE,
    // A statement is sent without waiting for the answer to the one before it.
    pipeline: true,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
  });
  // A connection that breaks while idle, or while checked out between two statements, only tells
  // its listeners; without them it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  limitPool(pool, configuration, {
    connections: environment.DATABASE_POOL_SIZE,
    acquireMs: CONNECT_TIMEOUT_MS,
  });
  const measure = instrumentDatabase(telemetry, pool);
  const link = `${environment.SERVICE_NAME}->postgres`;
  const hedged = createHedgedReads({ pool, configuration, telemetry, clock, link });
  return {
    pool,
    database: {
      async query<Row extends object>(name: string, text: string, values?: readonly unknown[]) {
        refuseWhenSpent(name);
        return measure(name, text, () => run<Row>(pool, text, values));
      },
      async read<Row extends object>(name: string, text: string, values?: readonly unknown[]) {
        refuseWhenSpent(name);
        return hedged(() => measure(name, text, () => run<Row>(pool, text, values)));
      },
      transaction: (work, settings) =>
        repeat(options, () => transact({ ...options, pool, measure }, work, settings?.isolation)),
      listen: (channel, heard) => listenTo({ ...options, connection }, channel, heard),
    },
    async check() {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

/** Where the database is; each new connection shows the password that the registry told last. */
function addressOf(databaseUrl: string, workload: Workloads): pg.PoolConfig {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const atLaunch = decodeURIComponent(password);
  return {
    host: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    password: () => workload.current?.databasePassword ?? atLaunch,
  };
}

function refuseWhenSpent(work: string): void {
  const request = currentContext();
  if (request && request.deadlineLeftMs() <= 0) throw deadlineExceeded(work);
}

async function run<Row extends object>(
  target: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  const name = values && statementName(text);
  const result = await target.query<Row>({
    text,
    ...(values && { values: values as unknown[] }),
    ...(name !== undefined && { name }),
  });
  return result.rows;
}

const statementName = createStatementNames();

/** What a transaction is run with. */
interface Transacting extends Pick<DatabaseOptions, 'committed'> {
  pool: pg.Pool;
  measure: Measure;
}

async function transact<T>(
  { pool, measure, committed }: Transacting,
  work: (transaction: Transaction) => Promise<T>,
  isolation = 'read committed',
): Promise<T> {
  refuseWhenSpent('a transaction');
  const client = await pool.connect();
  // On its way together with the first statement, which fails with it.
  const begun = client.query(`BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`);
  begun.catch(() => undefined);
  let broken: Error | undefined;
  let active = true;
  const transaction: Transaction = {
    isTransaction: true,
    async query<Row extends object>(name: string, text: string, values?: readonly unknown[]) {
      if (!active) throw new Error(`Query ${name} after its transaction ended`);
      return measure(name, text, async () => {
        const rows = await run<Row>(client, text, values);
        await begun;
        return rows;
      });
    },
  };
  try {
    const result = await work(transaction);
    active = false;
    await begun;
    await measure('commit', 'COMMIT', () => client.query('COMMIT'));
    committed?.();
    announceCommit(transaction);
    return result;
  } catch (error) {
    active = false;
    await client.query('ROLLBACK').catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function repeat<T>(options: DatabaseOptions, once: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once();
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (!REPEATABLE.has(code) || attempt === TRANSACTION_ATTEMPTS) throw error;
      options.log.debug({ code, attempt }, 'transaction repeated');
      await options.clock.sleep(options.random.next() * REPEAT_DELAY_MS * 2 ** attempt);
    }
  }
}
