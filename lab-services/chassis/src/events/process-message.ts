import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import {
  createRequestContext,
  parseCorrelationId,
  withRequestContext,
} from '../context/request-context.ts';
import { ATTRIBUTE, EVENT } from '../core/index.ts';
import type { Chassis, ConsumerDefinition, DomainEvent } from '../service.ts';
import { extractTrace, injectTrace } from '../telemetry/trace-context.ts';
import { MESSAGE_HEADER, tryDecodeEvent } from './message.ts';
import type { ProducerRuntime } from './producer.ts';

const DEFAULT_MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** While a handler works or waits, the group is told this often that the member lives. */
const KEEP_ALIVE_MS = 2000;
const LONGEST_REASON = 500;

export interface ProcessOptions {
  chassis: Chassis;
  definition: ConsumerDefinition;
  producer: ProducerRuntime;
  heartbeat: () => Promise<void>;
  signal: AbortSignal;
}

interface Position {
  topic: string;
  partition: number;
}

/**
 * Handles one message: attempts with backoff, then the dead-letter topic. In a CONSUMER span that
 * continues the trace of the event's cause.
 *
 * @returns whether the message is done with; false if the service ends first
 */
export async function processMessage(
  options: ProcessOptions,
  position: Position,
  message: KafkaMessage,
): Promise<boolean> {
  const { chassis, definition } = options;
  const headers = readHeaders(message.headers);
  const parent = extractTrace(headers);
  const decoded = tryDecodeEvent(message.value);
  const event = decoded.kind === 'event' ? decoded.event : undefined;
  const correlationId =
    parseCorrelationId(event?.correlationId) ??
    parseCorrelationId(headers[MESSAGE_HEADER.correlationId]) ??
    chassis.ids.next();
  const span = chassis.telemetry.tracer.startSpan(
    `process ${definition.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.destination.name': definition.topic,
        'messaging.consumer.group.name': definition.group,
        'messaging.destination.partition.id': String(position.partition),
        'messaging.kafka.offset': Number(message.offset),
        'messaging.kafka.message.key': message.key?.toString('utf8') ?? '',
        ...(event ? { 'messaging.message.id': event.id, 'event.type': event.type } : {}),
        [ATTRIBUTE.peerService]: 'kafka',
        [ATTRIBUTE.correlationId]: correlationId,
      },
    },
    parent,
  );
  const request = createRequestContext(chassis.clock, correlationId, undefined);
  const inside = withRequestContext(trace.setSpan(parent, span), request);
  const alive = setInterval(() => void options.heartbeat().catch(() => undefined), KEEP_ALIVE_MS);
  try {
    return await context.with(inside, async () => {
      const result = event
        ? await attempt(options, event)
        : { kind: 'failed' as const, attempts: 0, reason: (decoded as { detail: string }).detail };
      if (result.kind === 'interrupted') return false;
      if (result.kind === 'failed') {
        span.setStatus({ code: SpanStatusCode.ERROR, message: result.reason });
        await publishDeadLetter(options, position, message, { ...result, event });
      }
      return true;
    });
  } finally {
    clearInterval(alive);
    span.end();
  }
}

type Result =
  | { kind: 'processed' }
  | { kind: 'failed'; attempts: number; reason: string }
  | { kind: 'interrupted' };

async function attempt(options: ProcessOptions, event: DomainEvent): Promise<Result> {
  const { chassis, definition, signal } = options;
  const maxAttempts = definition.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  for (let number = 1; ; number++) {
    try {
      await definition.handle(event, { attempt: number });
      return { kind: 'processed' };
    } catch (error) {
      const reason = `${(error as Error).name}: ${(error as Error).message}`;
      trace.getActiveSpan()?.recordException(error as Error);
      chassis.log.warn(
        { err: error, 'event.id': event.id, 'event.type': event.type, attempt: number },
        'event not processed',
      );
      if (number >= maxAttempts && !definition.isTransient?.(error)) {
        return { kind: 'failed', attempts: number, reason: reason.slice(0, LONGEST_REASON) };
      }
    }
    const boundMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (number - 1));
    const pauseMs = boundMs * (0.5 + chassis.random.next() / 2);
    await chassis.clock.sleep(pauseMs, signal).catch(() => undefined);
    if (signal.aborted) return { kind: 'interrupted' };
  }
}

/** Throws if the broker does not take it: the message is then not done with, and comes again. */
async function publishDeadLetter(
  { chassis, definition, producer }: ProcessOptions,
  position: Position,
  message: KafkaMessage,
  failure: { attempts: number; reason: string; event: DomainEvent | undefined },
): Promise<void> {
  const topic = `${definition.topic}.dlq`;
  const headers: IHeaders & Record<string, string> = {
    ...readHeaders(message.headers),
    [MESSAGE_HEADER.reason]: failure.reason,
    [MESSAGE_HEADER.attempts]: String(failure.attempts),
    [MESSAGE_HEADER.topic]: position.topic,
    [MESSAGE_HEADER.partition]: String(position.partition),
    [MESSAGE_HEADER.offset]: message.offset,
    [MESSAGE_HEADER.group]: definition.group,
  };
  injectTrace(context.active(), headers);
  await producer.sendRaw(topic, [{ key: message.key, value: message.value, headers }]);
  chassis.telemetry.event(
    EVENT.deadLetterPublished,
    {
      'messaging.destination.name': topic,
      'event.id': failure.event?.id ?? '',
      'event.type': failure.event?.type ?? '',
      attempts: failure.attempts,
      reason: failure.reason,
    },
    `event of ${position.topic} became a dead letter`,
  );
}

/** First value of each header as text; a hostile producer may send anything. */
function readHeaders(headers: IHeaders | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {}).slice(0, 50)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) result[name] = first.toString().slice(0, 1000);
  }
  return result;
}
