import {
  context,
  trace,
  SeverityNumber,
  type Attributes,
  type Logger as OtelLogger,
} from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import { currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, type Clock, type ServiceEnvironment } from '../core/index.ts';
import { redact } from './redaction.ts';

const SEVERITY: Readonly<Record<number, SeverityNumber>> = {
  10: SeverityNumber.TRACE,
  20: SeverityNumber.DEBUG,
  30: SeverityNumber.INFO,
  40: SeverityNumber.WARN,
  50: SeverityNumber.ERROR,
  60: SeverityNumber.FATAL,
};

/** A record on its way to OTLP, with the context of its cause. */
export type EmitRecord = OtelLogger['emit'];

export interface LoggerOptions {
  environment: ServiceEnvironment;
  clock: Clock;
  destination: DestinationStream;
  /** Receives every line that is written, as a log record. */
  emit?: EmitRecord | undefined;
}

/**
 * Creates the service's logger: JSON lines with time, level, service, instance, trace_id, span_id
 * and correlation_id; the same records go to OTLP. Secrets are taken out before either.
 */
export function createLogger({ environment, clock, destination, emit }: LoggerOptions): Logger {
  return pino(
    {
      level: environment.LOG_LEVEL,
      base: { service: environment.SERVICE_NAME, instance: environment.INSTANCE_ID },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: currentFields,
      hooks: {
        logMethod(args, method, level) {
          const [fields, message] = splitArguments(args);
          emit?.(toRecord(fields, message, level, this.bindings(), clock.now()));
          method.apply(this, [fields, message] as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
}

function currentFields(): object {
  const span = trace.getActiveSpan()?.spanContext();
  const request = currentContext();
  return {
    ...(span ? { trace_id: span.traceId, span_id: span.spanId } : {}),
    ...(request ? { correlation_id: request.correlationId } : {}),
  };
}

/** The forms of a pino call: `(message, …)`, `(error, message?)`, `(fields, message?)`. */
function splitArguments(args: readonly unknown[]): [Record<string, unknown>, string] {
  const [first, second] = args;
  if (typeof first === 'string') return [{}, first];
  const message = typeof second === 'string' ? second : '';
  if (first instanceof Error) return [{ err: first }, message || first.message];
  return [(redact(first) ?? {}) as Record<string, unknown>, message];
}

function toRecord(
  fields: Record<string, unknown>,
  message: string,
  level: number,
  bindings: Record<string, unknown>,
  now: number,
): Parameters<EmitRecord>[0] {
  const { service: _service, instance: _instance, ...bound } = bindings;
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries({ ...bound, ...fields })) {
    if (value === undefined || value === null) continue;
    if (value instanceof Error) Object.assign(attributes, exceptionAttributes(value));
    else attributes[key] = typeof value === 'object' ? JSON.stringify(value) : value;
  }
  const request = currentContext();
  if (request) attributes[ATTRIBUTE.correlationId] ??= request.correlationId;
  const eventName = attributes[ATTRIBUTE.eventName];
  return {
    timestamp: now,
    severityNumber: SEVERITY[level] ?? SeverityNumber.INFO,
    severityText: pino.levels.labels[level] ?? 'info',
    body: message,
    attributes,
    context: context.active(),
    ...(typeof eventName === 'string' ? { eventName } : {}),
  };
}

function exceptionAttributes(error: Error): Attributes {
  return {
    'exception.type': error.name,
    'exception.message': error.message,
    ...(error.stack ? { 'exception.stacktrace': error.stack } : {}),
  };
}
