import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { parseFlags, type Flags } from './flags.ts';
import type { Log } from './log.ts';
import { createToxiproxy, VERSION } from './toxiproxy.ts';

/** Levels of Toxiproxy's LOG_LEVEL that pino names otherwise. */
const LEVELS: Readonly<Record<string, string>> = { warning: 'warn', panic: 'fatal' };

/**
 * Runs the stand-in until SIGINT or SIGTERM.
 *
 * @returns the exit code: 0 after a signal, 1 when it could not start, 2 for a bad command line
 */
export async function run(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if ('problem' in flags) {
    process.stderr.write(`${flags.problem}\n`);
    return 2;
  }
  if (flags.version) {
    process.stdout.write(`toxiproxy-server version ${VERSION}\n`);
    return 0;
  }
  const log = createLog();
  // Before the port is bound: a signal that comes early is not lost.
  const signalled = nextSignal();
  try {
    const config = await readConfig(flags.config, log);
    await using proxy = await createToxiproxy({ ...optionsOf(flags), config, log });
    log.info({ host: proxy.host, port: proxy.port, version: VERSION }, 'ready');
    const signal = await signalled;
    log.info({ signal }, 'stopping');
    return 0;
  } catch (cause) {
    log.error({ host: flags.host, port: flags.port }, startFailure(flags, cause));
    return 1;
  }
}

function createLog() {
  const asked = (process.env['LOG_LEVEL'] ?? 'info').toLowerCase();
  const level = LEVELS[asked] ?? asked;
  return pino({
    base: { service: 'tcp-proxy' },
    level: level in pino.levels.values ? level : 'info',
  });
}

function optionsOf({ host, port, seed, proxyMetrics, runtimeMetrics, halfClose }: Flags) {
  return {
    host,
    port,
    proxyMetrics,
    runtimeMetrics,
    halfClose,
    ...(seed !== undefined && { seed }),
  };
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

/** The parsed file; undefined when there is none or it cannot be read, which is only logged. */
async function readConfig(path: string | undefined, log: Log): Promise<unknown> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    log.error({ config: path, error: (cause as Error).message }, 'cannot read config');
    return undefined;
  }
}

function startFailure({ host, port }: Flags, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is taken: stop what listens there or choose another -port`;
  }
  return `cannot listen on ${host}:${port}: ${message}`;
}
