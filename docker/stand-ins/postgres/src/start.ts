import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { systemClock, type Clock } from '@faultline/chassis/core';
import { chooseAccount } from './account.ts';
import { locateBinaries } from './binaries.ts';
import { ADMIN_ROLE, clusterPaths, ensureCluster, writeAccessRules } from './cluster.ts';
import { startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.ts';
import { PostgresProblem } from './problems.ts';
import { provision, type DatabaseDefinition } from './provision.ts';
import { clearStalePostmaster } from './stale.ts';

/** How to run the server. */
export interface PostgresOptions {
  /** Data survive restarts in here. Made if it is missing. */
  dataDir: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 or absent: a free one. */
  port?: number;
  databases: readonly DatabaseDefinition[];
  /** Password of role `postgres`; without it that role is not made. */
  superuserPassword?: string;
  /** Gets every line that the server writes to its log. */
  onLog?: (line: string) => void;
  clock?: Clock;
}

/** A running server with its databases. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  /** Resolves when the server is gone, whoever ended it. */
  readonly ended: Postmaster['ended'];
  /** Fast shutdown; resolves when no process is left. */
  stop(): Promise<void>;
  /** `postgresql://role:password@host:port/name` of one of the databases. */
  url(database: string): string;
}

/** Processes of a killed predecessor notice its death within this time, milliseconds. */
const PREDECESSOR_MS = 5000;

/**
 * Starts PostgreSQL on `dataDir` and resolves when every database can be used.
 *
 * @throws PostgresProblem with cause and way out
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const clock = options.clock ?? systemClock;
  const host = options.host ?? '127.0.0.1';
  const paths = clusterPaths(resolve(options.dataDir));
  const binaries = await locateBinaries();
  const account = await chooseAccount([binaries.postgres, paths.cluster]);
  const adminPassword = await ensureCluster(paths, binaries, account);
  await Promise.all([writeAccessRules(paths, account), clearStalePostmaster(paths.cluster, clock)]);
  const port = options.port || (await findFreePort(host));
  const postmaster = await startPatiently(
    {
      program: binaries.postgres,
      cluster: paths.cluster,
      host,
      port,
      account,
      onLog: options.onLog ?? (() => undefined),
    },
    clock,
  );
  try {
    const access = { host: connectable(host), port, user: ADMIN_ROLE, password: adminPassword };
    await provision(access, options.databases, options.superuserPassword);
  } catch (cause) {
    await postmaster.stop();
    throw new PostgresProblem(
      'start-failed',
      `PostgreSQL runs, but its databases cannot be prepared: ${(cause as Error).message}`,
      { cause },
    );
  }
  return describe(postmaster, host, port, options.databases);
}

async function startPatiently(options: PostmasterOptions, clock: Clock): Promise<Postmaster> {
  const until = clock.monotonicMs() + PREDECESSOR_MS;
  for (;;) {
    try {
      return await startPostmaster(options);
    } catch (cause) {
      const temporary = cause instanceof PostgresProblem && cause.code === 'shared-memory-in-use';
      if (!temporary || clock.monotonicMs() > until) throw cause;
      await clock.sleep(200);
    }
  }
}

function describe(
  postmaster: Postmaster,
  host: string,
  port: number,
  databases: readonly DatabaseDefinition[],
): PostgresServer {
  return {
    host,
    port,
    pid: postmaster.pid,
    ended: postmaster.ended,
    stop: () => postmaster.stop(),
    [Symbol.asyncDispose]: () => postmaster.stop(),
    url(name) {
      const database = databases.find((candidate) => candidate.name === name);
      if (!database) throw new Error(`Database ${name} is not one of this server.`);
      const { role, password } = database;
      return `postgresql://${encodeURIComponent(role)}:${encodeURIComponent(password)}@${connectable(host)}:${port}/${encodeURIComponent(name)}`;
    },
  };
}

/** Who listens everywhere is reached on the loopback. */
function connectable(host: string): string {
  return host === '0.0.0.0' || host === '*' ? '127.0.0.1' : host;
}

/** PostgreSQL cannot be asked to choose a port itself. */
async function findFreePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
