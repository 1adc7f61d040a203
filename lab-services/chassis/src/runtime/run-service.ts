import { enableCompileCache } from 'node:module';
import type { ServiceDefinition } from '../service.ts';

/** Time between answering `/ready` with 503 and no longer accepting: callers look away meanwhile. */
const NOTICE_MS = 400;

/**
 * Runs a service as this process: it ends with 0 after SIGTERM or SIGINT, with 1 after an error
 * that nobody caught, and with 1 and a message on standard error if its configuration is wrong.
 * When its routes answer it writes `{"msg":"ready","port":…}` to standard output.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  // What follows is imported late, so that the cache serves it: a dozen services start at once.
  enableCompileCache();
  const { runProcess } = await import('./run-process.ts');
  await runProcess(definition, NOTICE_MS);
}
