import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Account } from './account.ts';
import type { PostgresProblem } from './problems.ts';
import { explainOutput } from './problems.ts';

/** What a postmaster needs to know. */
export interface PostmasterOptions {
  program: string;
  cluster: string;
  host: string;
  port: number;
  account: Account;
  /** Gets every line that the server writes to its log. */
  onLog: (line: string) => void;
}

/** A running PostgreSQL server. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** Fast shutdown: sessions are cut, transactions rolled back, a checkpoint is written. */
  stop(): Promise<void>;
}

/**
 * Settings for a small machine. Durability holds against the kill of any process: a commit is in
 * the write-ahead log, synced, before it is acknowledged.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '150',
  jit: 'off',
  autovacuum: 'on',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '15s',
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_wal_size: '256MB',
  min_wal_size: '64MB',
  wal_buffers: '1MB',
  work_mem: '2MB',
  maintenance_work_mem: '16MB',
  huge_pages: 'off',
  password_encryption: 'scram-sha-256',
  log_checkpoints: 'off',
  lc_messages: 'C',
  unix_socket_directories: '',
  // Sessions of killed services end soon: they would hold locks and places.
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '3',
  tcp_keepalives_count: '3',
  idle_in_transaction_session_timeout: '60s',
};

/**
 * Kills the postmaster when the stand-in is gone, however it went: the pipe on standard input
 * reads end of file. SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, as after a crash;
 * SIGKILL follows if it does not heed. First line: the pid.
 */
const WATCHDOG = `
  trap '' INT TERM HUP
  read -r pid || exit 0
  while read -r line; do [ "$line" = bye ] && exit 0; done
  kill -QUIT "$pid" 2>/dev/null
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$pid" 2>/dev/null || exit 0
    sleep 0.2
  done
  kill -KILL "$pid" 2>/dev/null
`;

/** Starts the server and resolves when it accepts connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const settings = { ...SETTINGS, listen_addresses: options.host, port: String(options.port) };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Both in process groups of their own: a Ctrl-C at the terminal is for the stand-in alone.
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const command = options.account.command(options.program, ['-D', options.cluster, ...args]);
  const server = spawn(command.program, command.args, {
    ...command.options,
    cwd: options.cluster,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  watchdog.stdin.on('error', () => undefined);
  watchdog.on('error', () => undefined);
  if (server.pid !== undefined) watchdog.stdin.write(`${server.pid}\n`);
  const ended = whenEnded(server, watchdog);
  const last = await firstWords(server, options, ended);
  if (last !== undefined) throw last;
  return {
    pid: server.pid as number,
    ended,
    async stop() {
      server.kill('SIGINT');
      await ended;
    },
  };
}

async function whenEnded(
  server: ChildProcess,
  watchdog: ChildProcess,
): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(server, 'exit').catch(() => [null, null])) as [
    number | null,
    string | null,
  ];
  watchdog.stdin?.end('bye\n');
  return { code, signal };
}

/** Reads the log until the server is ready (undefined) or gone (why). */
async function firstWords(
  server: ChildProcess,
  options: PostmasterOptions,
  ended: Promise<unknown>,
): Promise<PostgresProblem | undefined> {
  let output = '';
  const ready = new Promise<undefined>((resolve) => {
    createInterface({ input: server.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      if (output.length < 20_000) output += `${line}\n`;
      options.onLog(line);
      if (line.includes('ready to accept connections')) resolve(undefined);
    });
  });
  const failed = ended.then(() =>
    explainOutput(output, { host: options.host, port: options.port, dataDir: options.cluster }),
  );
  return Promise.race([ready, failed]);
}
