import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { pino, type DestinationStream } from 'pino';
import {
  createRequestContext,
  currentContext,
  enableContext,
  withRequestContext,
} from '../context/request-context.ts';
import { ConfigurationError } from '../config/parse-environment.ts';
import {
  systemClock,
  systemIds,
  systemRandom,
  type Clock,
  type IdSource,
  type Random,
  type ServiceEnvironment,
} from '../core/index.ts';
import { createActiveFaults, type ActiveFaults } from '../faults/active-faults.ts';
import { sufferProcessFaults } from '../faults/process-faults.ts';
import { createRequestFaults } from '../faults/request-faults.ts';
import { addRateLimit } from '../http/rate-limit.ts';
import { openServer, type HttpServer } from '../http/server.ts';
import { announceSecretChanges } from '../configuration/secret-changes.ts';
import { followRegistry, type Configuration } from '../configuration/configuration.ts';
import { createFeatureFlags } from '../configuration/feature-flags.ts';
import { createResetBook, type ResetBook } from '../reset/reset-book.ts';
import { addResetRoute } from '../reset/reset-route.ts';
import { guardRoutes } from '../security/inbound.ts';
import type { Chassis, ServiceDefinition, ServiceParts } from '../service.ts';
import {
  createTelemetry,
  type TelemetryExporters,
  type TelemetryRuntime,
} from '../telemetry/telemetry.ts';
import { extractTrace } from '../telemetry/trace-context.ts';
import { startDatabase } from './database-part.ts';
import { startEvents } from './events-part.ts';
import { startLinks } from './links-part.ts';
import { createReadiness, type Readiness } from './readiness.ts';

/** The outside world of a service; a test replaces what it wants to hold in its hands. */
export interface StartOptions {
  clock?: Clock;
  random?: Random;
  ids?: IdSource;
  /** Receives the log lines; standard output by default. */
  destination?: DestinationStream;
  /** Receive spans and log records; by default OTLP, if the environment names a collector. */
  exporters?: TelemetryExporters;
  /** Told as soon as the port is known, before the dependencies are there. */
  listening?: (service: { host: string; port: number }) => void;
  /** Ends the start-up when the process is asked to end meanwhile. */
  signal?: AbortSignal;
}

/** A service that runs in this process. */
export interface RunningService {
  readonly url: string;
  readonly port: number;
  readonly telemetry: TelemetryRuntime;
  /**
   * Not ready, finish what is in flight (10 s at most), dispose in reverse.
   *
   * @param noticeMs time between `/ready` answering 503 and the end of accepting, default 0
   */
  close(noticeMs?: number): Promise<void>;
}

const DRAIN_TIMEOUT_MS = 10_000;

/** What the parts of the start-up share. */
export interface Startup {
  definition: ServiceDefinition;
  environment: ServiceEnvironment;
  clock: Clock;
  random: Random;
  ids: IdSource;
  runtime: TelemetryRuntime;
  readiness: Readiness;
  configuration: Configuration;
  faults: ActiveFaults;
  resets: ResetBook;
  resources: AsyncDisposableStack;
  signal: AbortSignal;
}

/**
 * Starts a service without touching the process: environment -> telemetry -> listen -> database and
 * migrations -> broker -> build -> serve. Resolves when its routes answer; while the database is
 * away it waits, and `/ready` says so.
 *
 * @throws ConfigurationError, or what `build` throws; what was opened is closed again
 */
export async function startService(
  definition: ServiceDefinition,
  environment: ServiceEnvironment,
  options: StartOptions = {},
): Promise<RunningService> {
  enableContext();
  const startup = await prepare(definition, environment, options);
  const { runtime, readiness, resources } = startup;
  try {
    const server = await openServer({ ...serverOptions(startup), ...runtime });
    let drained = false;
    resources.defer(async () => {
      if (!drained) await server.drain(0);
    });
    options.listening?.(server);
    await assemble(startup, server);
    return {
      url: `http://${server.host}:${server.port}`,
      port: server.port,
      telemetry: runtime,
      async close(noticeMs = 0) {
        readiness.setPhase('stopping');
        drained = true;
        if (startup.configuration.policy('draining').enabled) {
          server.announceEnd();
          if (noticeMs > 0) await startup.clock.sleep(noticeMs);
          await server.drain(DRAIN_TIMEOUT_MS);
        } else {
          await server.drain(0);
        }
        await resources.disposeAsync();
      },
    };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function prepare(
  definition: ServiceDefinition,
  environment: ServiceEnvironment,
  options: StartOptions,
): Promise<Startup> {
  if (definition.name !== environment.SERVICE_NAME) {
    throw new ConfigurationError(
      `Bad environment. SERVICE_NAME: must be ${definition.name}, the service that was started; ` +
        `received ${environment.SERVICE_NAME}`,
    );
  }
  const clock = options.clock ?? systemClock;
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporters = options.exporters ?? (endpoint ? await loadExporters(endpoint) : undefined);
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  const runtime = createTelemetry({ environment, clock, destination, exporters });
  const resources = new AsyncDisposableStack();
  resources.defer(() => runtime.close());
  const random = options.random ?? systemRandom;
  const faults = resources.use(createActiveFaults(clock));
  resources.use(sufferProcessFaults(faults, clock));
  const configuration = followRegistry({
    ...{ environment, log: runtime.log, clock, random },
    applyFaults: (message) => faults.tell(message),
  });
  resources.use(configuration);
  announceSecretChanges(configuration.workload, runtime.telemetry);
  return {
    definition,
    environment,
    clock,
    random,
    configuration,
    faults,
    resets: createResetBook(),
    ids: options.ids ?? systemIds,
    runtime,
    readiness: createReadiness(clock),
    resources,
    signal: options.signal ?? new AbortController().signal,
  };
}

async function loadExporters(endpoint: string): Promise<TelemetryExporters> {
  const { createOtlpExporters } = await import('../telemetry/otlp-exporters.ts');
  return createOtlpExporters(endpoint);
}

function serverOptions(startup: Startup) {
  const { environment, clock, ids, readiness, configuration, faults } = startup;
  return {
    name: environment.SERVICE_NAME,
    version: environment.SERVICE_VERSION,
    host: environment.HOST,
    port: environment.PORT,
    internalToken: environment.INTERNAL_TOKEN,
    readiness,
    clock,
    ids,
    configuration,
    faults,
    requestFaults: createRequestFaults(startup),
  };
}

/** Everything between listening and serving. */
async function assemble(startup: Startup, server: HttpServer): Promise<void> {
  const { definition, environment, clock, random, ids, runtime, readiness } = startup;
  const { configuration, resets } = startup;
  const { telemetry, log } = runtime;
  const { links, security } = startLinks(startup, configuration);
  const events = await startEvents(startup);
  const database = await startDatabase(startup);
  const missing = (what: string, declare: string): never => {
    throw new Error(`${definition.name} has no ${what}: declare \`${declare}\` in its definition`);
  };
  const flags = createFeatureFlags({ configuration, log });
  const chassis: Chassis = {
    environment,
    log,
    clock,
    random,
    ids,
    telemetry,
    get database() {
      return database ?? missing('database', 'migrations');
    },
    get producer() {
      return events?.producer ?? missing('events', 'events');
    },
    link: (callee) => links.get(callee),
    policy: (pattern) => configuration.policy(pattern),
    flag: (key, user) => flags.isOn(key, user),
    workload: () => configuration.workload.current,
    onReset: (forget) => resets.onReset(forget),
    context: currentContext,
    withContext: (seed, work) => runInContext(startup, seed, work),
  };
  const parts = await definition.build(chassis);
  await server.serve(async (app) => {
    if (security) guardRoutes(app, definition.name, security.inbound);
    addRateLimit(app, { configuration, telemetry, clock, resets });
    addResetRoute(app, resets);
    await parts.routes?.(app);
    if (parts.audit) {
      app.get('/internal/audit', { schema: { hide: true } }, () => parts.audit?.());
    }
  });
  if (parts.rpc) server.serveRpc(parts.rpc, security?.inbound);
  startBackground(startup, chassis, parts, events);
  readiness.setPhase('running');
}

function startBackground(
  startup: Startup,
  chassis: Chassis,
  parts: ServiceParts,
  events: Awaited<ReturnType<typeof startEvents>>,
): void {
  for (const worker of parts.workers ?? []) {
    startup.resources.use(worker);
    worker.start();
  }
  for (const consumer of parts.consumers ?? []) {
    if (!events) throw new Error(`Consumer ${consumer.group} without \`events\` in definition`);
    startup.resources.use(events.consume(chassis, consumer));
  }
}

/** See `Chassis.withContext`. */
async function runInContext<T>(
  { clock, runtime }: Startup,
  seed: Parameters<Chassis['withContext']>[0],
  work: () => Promise<T>,
): Promise<T> {
  const parent = extractTrace(seed.traceparent ? { traceparent: seed.traceparent } : {});
  const request = createRequestContext(clock, seed.correlationId, seed.deadlineMs);
  const attributes = { 'correlation.id': seed.correlationId };
  const span = runtime.telemetry.tracer.startSpan(seed.operation, { attributes }, parent);
  const inside = withRequestContext(trace.setSpan(parent, span), request);
  try {
    return await context.with(inside, work);
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}
