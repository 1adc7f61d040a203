import {
  context,
  SpanStatusCode,
  trace,
  type Attributes,
  type LogRecord,
} from '@opentelemetry/api';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { DestinationStream, Logger } from 'pino';
import { Counter, Registry } from 'prom-client';
import {
  ATTRIBUTE,
  EVENT,
  type Clock,
  type EventName,
  type ServiceEnvironment,
} from '../core/index.ts';
import type { Telemetry } from '../service.ts';
import { createBatcher, type Batcher, type Exporter } from './batcher.ts';
import { createLogger } from './logger.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { injectTrace } from './trace-context.ts';

/** Spans and log records are visible within a second, so they wait for company only briefly. */
const EXPORT_DELAY_MS = 300;
const QUEUE_SIZE = 4096;
const BATCH_SIZE = 512;
const FLUSH_TIMEOUT_MS = 2000;

/** Where finished spans and log records go; none when no collector is configured. */
export interface TelemetryExporters {
  spans: Exporter<ReadableSpan>;
  logs: Exporter<ReadableLogRecord>;
}

/** A service's telemetry with the handles that only the runtime needs. */
export interface TelemetryRuntime {
  telemetry: Telemetry;
  log: Logger;
  /** Sends what is queued and stops; 2 s at most. */
  readonly close: () => Promise<void>;
}

export interface TelemetryOptions {
  environment: ServiceEnvironment;
  clock: Clock;
  /** Receives the log lines. */
  destination: DestinationStream;
  exporters: TelemetryExporters | undefined;
}

/** Creates the telemetry of one service instance. Nothing global but the context manager. */
export function createTelemetry(options: TelemetryOptions): TelemetryRuntime {
  const { environment, clock, destination, exporters } = options;
  const metrics = new Registry();
  const stopProcessMetrics = collectProcessMetrics(metrics);
  const dropped = new Counter({
    name: 'telemetry_dropped_total',
    help: 'Spans and log records that never reached the collector',
    labelNames: ['signal', 'reason'],
    registers: [metrics],
  });
  const batch = <Item>(signal: string, exporter: Exporter<Item> | undefined) =>
    exporter &&
    createBatcher(exporter, {
      delayMs: EXPORT_DELAY_MS,
      queueSize: QUEUE_SIZE,
      batchSize: BATCH_SIZE,
      dropped: (count, reason) => dropped.inc({ signal, reason }, count),
    });
  const resource = resourceFromAttributes({
    'service.name': environment.SERVICE_NAME,
    'service.version': environment.SERVICE_VERSION,
    'service.instance.id': environment.INSTANCE_ID,
  });
  const spans = batch('spans', exporters?.spans);
  const logs = batch('logs', exporters?.logs);
  const emit = logs && createEmit(resource, logs);
  const log = createLogger({ environment, clock, destination, emit });
  return {
    telemetry: createFacade(resource, spans, metrics, log),
    log,
    async close() {
      stopProcessMetrics();
      await Promise.all([spans?.close(FLUSH_TIMEOUT_MS), logs?.close(FLUSH_TIMEOUT_MS)]);
    },
  };
}

function createEmit(resource: Resource, logs: Batcher<ReadableLogRecord>) {
  const nothing = async () => undefined;
  const provider = new LoggerProvider({
    resource,
    processors: [{ onEmit: (record) => logs.add(record), forceFlush: nothing, shutdown: nothing }],
  });
  const logger = provider.getLogger('@faultline/chassis');
  return (record: LogRecord) => logger.emit(record);
}

function createFacade(
  resource: Resource,
  spans: Batcher<ReadableSpan> | undefined,
  metrics: Registry,
  log: Logger,
): Telemetry {
  const nothing = async () => undefined;
  const provider = new TracerProvider({
    resource,
    spanProcessors: spans
      ? [
          {
            onStart: () => undefined,
            onEnd: (span) => spans.add(span),
            forceFlush: nothing,
            shutdown: nothing,
          },
        ]
      : [],
  });
  const tracer = provider.getTracer('@faultline/chassis');
  return {
    tracer,
    metrics,
    event(name: EventName, attributes: Attributes, message: string) {
      const record = { [ATTRIBUTE.eventName]: name, ...attributes };
      if (isTrouble(name, attributes)) log.warn(record, message);
      else log.info(record, message);
      trace.getActiveSpan()?.addEvent(name, attributes);
    },
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
          throw error;
        } finally {
          span.end();
        }
      }),
    failed(reason) {
      trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    },
    traceparent() {
      const carrier: Record<string, string> = {};
      injectTrace(context.active(), carrier);
      return carrier.traceparent;
    },
  };
}

const TROUBLE: ReadonlySet<EventName> = new Set([
  EVENT.attemptTimedOut,
  EVENT.bulkheadRejected,
  EVENT.deadlineExceeded,
  EVENT.deadLetterPublished,
  EVENT.instanceEjected,
  EVENT.loadShed,
  EVENT.retryBudgetSpent,
  EVENT.sagaCompensationFailed,
  EVENT.sagaStepFailed,
  EVENT.sagaStuck,
]);

/** What a person who looks only at warnings has to see. */
function isTrouble(name: EventName, attributes: Attributes): boolean {
  if (name === EVENT.breakerStateChanged) return attributes[ATTRIBUTE.breakerTo] === 'open';
  return TROUBLE.has(name);
}
