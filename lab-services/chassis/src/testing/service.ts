import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { parseEnvironment } from '../config/parse-environment.ts';
import { startService, type RunningService, type StartOptions } from '../runtime/start-service.ts';
import type { ServiceDefinition } from '../service.ts';
import type { Exporter } from '../telemetry/batcher.ts';
import type { TelemetryExporters } from '../telemetry/telemetry.ts';

/** Value of INTERNAL_TOKEN in tests. */
export const TEST_INTERNAL_TOKEN = 'internal-token-of-tests';

/** A service that runs in the test's process, with what it said. */
export interface TestService extends RunningService, AsyncDisposable {
  /** Log lines so far, parsed. */
  readonly logs: readonly Record<string, unknown>[];
  /** Finished spans so far. Exported after 300 ms at most: await them. */
  readonly spans: readonly ReadableSpan[];
  readonly records: readonly ReadableLogRecord[];
}

/**
 * Starts `definition` on a free port without touching the process.
 *
 * @param environment variables beside the name, the instance, the port and the token
 */
export async function startTestService(
  definition: ServiceDefinition,
  environment: Record<string, string> = {},
  options: StartOptions = {},
): Promise<TestService> {
  const logs: Record<string, unknown>[] = [];
  const spans: ReadableSpan[] = [];
  const records: ReadableLogRecord[] = [];
  const service = await startService(
    definition,
    parseEnvironment({
      SERVICE_NAME: definition.name,
      INSTANCE_ID: `${definition.name}-1`,
      PORT: '0',
      // Nobody listens there: a test that calls other services gives its own.
      REGISTRY_URL: 'http://127.0.0.1:9',
      INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
      ...environment,
    }),
    {
      destination: {
        write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
      },
      exporters: collectInto(spans, records),
      ...options,
    },
  );
  return {
    ...service,
    logs,
    spans,
    records,
    [Symbol.asyncDispose]: () => service.close(),
  };
}

function collectInto(spans: ReadableSpan[], records: ReadableLogRecord[]): TelemetryExporters {
  const into = <Item>(list: Item[]): Exporter<Item> => ({
    export(items, done) {
      list.push(...items);
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  });
  return { spans: into(spans), logs: into(records) };
}
