import { pino } from 'pino';
import { parseConfiguration } from './configuration.ts';
import { PostgresProblem } from './problems.ts';
import { startPostgres } from './start.ts';

const log = pino({ name: 'postgres', level: process.env.LOG_LEVEL ?? 'info' });

try {
  const configuration = parseConfiguration(process.argv.slice(2), process.env);
  const server = await startPostgres({
    host: configuration.host,
    port: configuration.port,
    dataDir: configuration['data-dir'],
    databases: configuration.POSTGRES_DATABASES,
    ...(configuration.POSTGRES_PASSWORD
      ? { superuserPassword: configuration.POSTGRES_PASSWORD }
      : {}),
    onLog: (line) => log.debug(line),
  });
  let stopping = false;
  const stop = (): void => {
    stopping = true;
    void server.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  log.info({ host: server.host, port: server.port, serverPid: server.pid }, 'ready');
  const { code, signal } = await server.ended;
  if (!stopping) log.error({ code, signal }, 'the server ended by itself');
  process.exitCode = stopping ? 0 : 1;
} catch (error) {
  if (!(error instanceof PostgresProblem)) throw error;
  log.fatal(
    { code: error.code, cause: (error.cause as Error | undefined)?.message },
    error.message,
  );
  process.exitCode = 1;
}
