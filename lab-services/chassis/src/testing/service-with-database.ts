import type { ServiceDefinition } from '../service.ts';
import { startPostgres } from './postgres.ts';
import { startTestService, TEST_INTERNAL_TOKEN, type TestService } from './service.ts';

/** What a service answered. */
export interface TestAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** A service that owns data, with a PostgreSQL server of its own and a way to ask it. */
export interface TestServiceWithDatabase extends TestService {
  /** Sends JSON with the internal token; the answer must be JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestAnswer>;
}

/** Starts `definition` with a fresh database, and `environment` beside; disposing it ends both. */
export async function startTestServiceWithDatabase(
  definition: ServiceDefinition,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestServiceWithDatabase> {
  await using startup = new AsyncDisposableStack();
  const postgres = startup.use(await startPostgres());
  const service = startup.use(
    await startTestService(definition, {
      DATABASE_URL: await postgres.createDatabase(definition.name),
      // Nobody listens there: a test of events gives its own broker.
      ...(definition.events ? { KAFKA_BROKERS: '127.0.0.1:9' } : {}),
      ...environment,
    }),
  );
  const parts = startup.move();
  return {
    ...service,
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as TestAnswer['body'] };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
