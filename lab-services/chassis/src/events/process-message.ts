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
import { attemptEvent, giveUp } from './attempts.ts';
import { budgetLeftMs, DEAD_LETTER_SUFFIX, MESSAGE_HEADER, tryDecodeEvent } from './message.ts';
import type { ProducerRuntime } from './producer.ts';

/** While a handler works or waits, the group is told this often that the member lives. */
const KEEP_ALIVE_MS = 2000;
/** Errors of the Kafka protocol that say: join the group again. */
const REBALANCING = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

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
  const type = headers[MESSAGE_HEADER.eventType];
  if (type !== undefined && definition.types?.includes(type) === false) return true;
  const parent = extractTrace(headers);
  const decoded = tryDecodeEvent(message.value);
  const event = decoded.kind === 'event' ? decoded.event : undefined;
  const correlationId =
    parseCorrelationId(event?.correlationId) ??
    parseCorrelationId(headers[MESSAGE_HEADER.correlationId]) ??
    chassis.ids.next();
  const leftMs = budgetLeftMs(headers[MESSAGE_HEADER.deadlineAt], chassis.clock.now());
  const span = chassis.telemetry.tracer.startSpan(
    `process ${position.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.destination.name': position.topic,
        'messaging.consumer.group.name': definition.group,
        'messaging.destination.partition.id': String(position.partition),
        'messaging.kafka.offset': Number(message.offset),
        'messaging.kafka.message.key': message.key?.toString('utf8') ?? '',
        ...(event ? { 'messaging.message.id': event.id, 'event.type': event.type } : {}),
        [ATTRIBUTE.peerService]: 'kafka',
        [ATTRIBUTE.correlationId]: correlationId,
        ...(leftMs === undefined ? {} : { [ATTRIBUTE.deadlineLeftMs]: Math.round(leftMs) }),
      },
    },
    parent,
  );
  const budgetMs = definition.deadline ? leftMs : undefined;
  const request = createRequestContext(chassis.clock, correlationId, budgetMs);
  const inside = withRequestContext(trace.setSpan(parent, span), request);
  const membership = keepMembership(options);
  const attempts = { ...options, signal: membership.signal };
  try {
    return await context.with(inside, async () => {
      const result =
        decoded.kind === 'event'
          ? await attemptEvent(attempts, decoded.event)
          : await giveUp(attempts, decoded.detail);
      if (result.kind === 'interrupted') return false;
      if (result.kind === 'failed') {
        span.setStatus({ code: SpanStatusCode.ERROR, message: result.reason });
        await publishDeadLetter(options, position, message, { ...result, event });
      }
      return true;
    });
  } finally {
    membership.end();
    span.end();
  }
}

/**
 * Tells the group that the member lives while a handler works or waits. When the group changes, the
 * waiting ends: the message comes again, perhaps to another member.
 */
function keepMembership({ heartbeat, signal }: ProcessOptions) {
  const lost = new AbortController();
  const timer = setInterval(() => {
    heartbeat().catch((error: { type?: string }) => {
      if (REBALANCING.has(error.type ?? '')) lost.abort(new Error('the group changes'));
    });
  }, KEEP_ALIVE_MS);
  return { signal: AbortSignal.any([signal, lost.signal]), end: () => clearInterval(timer) };
}

/** Throws if the broker does not take it: the message is then not done with, and comes again. */
async function publishDeadLetter(
  { chassis, definition, producer }: ProcessOptions,
  position: Position,
  message: KafkaMessage,
  failure: { attempts: number; reason: string; event: DomainEvent | undefined },
): Promise<void> {
  const topic = `${position.topic}${DEAD_LETTER_SUFFIX}`;
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
