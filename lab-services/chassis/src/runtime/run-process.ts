import { pino } from 'pino';
import { ConfigurationError, parseEnvironment } from '../config/parse-environment.ts';
import type { ServiceDefinition } from '../service.ts';
import { startService, type RunningService } from './start-service.ts';

/** Characters of log that may wait for a reader; what comes on top is dropped. */
const LARGEST_LOG_BACKLOG = 1_048_576;

/** Lines go out together: a write each costs a service under load a tenth of its time. */
const LOG_WRITES = { minLength: 4096, periodicFlush: 100 };

/** Ten seconds for what is in flight, and some for closing. */
const LONGEST_END_MS = 13_000;
const LONGEST_CRASH_MS = 3000;

/** See `runService`. */
export async function runProcess(definition: ServiceDefinition, noticeMs: number): Promise<void> {
  // Not synchronous: whoever reads the lines may pause, and the service must not pause with it.
  const destination = pino.destination({
    ...{ dest: 1, sync: false, maxLength: LARGEST_LOG_BACKLOG },
    ...LOG_WRITES,
  });
  const early = pino({ base: { service: definition.name } }, destination);
  const starting = new AbortController();
  let running: RunningService | undefined;
  let ending = false;

  function leave(code: number): never {
    try {
      destination.flushSync();
    } catch {
      // Nobody reads any more.
    }
    process.exit(code);
  }

  async function end(code: number): Promise<void> {
    if (ending) return;
    ending = true;
    starting.abort(new Error('asked to end while starting'));
    // What hangs while closing (a broker that does not answer) must not keep the process alive.
    setTimeout(() => leave(code), code === 0 ? LONGEST_END_MS : LONGEST_CRASH_MS).unref();
    await running?.close(code === 0 ? noticeMs : 0).catch((error: unknown) => {
      early.error({ err: error }, 'end was not clean');
    });
    leave(code);
  }

  const crash = (error: unknown) => {
    (running?.telemetry.log ?? early).fatal({ err: error }, 'uncaught error');
    void end(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.on('SIGTERM', () => void end(0));
  process.on('SIGINT', () => void end(0));

  try {
    const environment = parseEnvironment(process.env);
    running = await startService(definition, environment, {
      destination,
      signal: starting.signal,
    });
    running.telemetry.log.info({ port: running.port }, 'ready');
    destination.flush();
  } catch (error) {
    if (starting.signal.aborted) return end(0);
    if (error instanceof ConfigurationError) early.fatal(error.message);
    else early.fatal({ err: error }, 'start failed');
    await end(1);
  }
}
