import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { IHeaders, Kafka, Message, Producer } from 'kafkajs';
import { currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, type Clock } from '../core/index.ts';
import type { EventProducer, Telemetry } from '../service.ts';
import { extractTrace, injectTrace } from '../telemetry/trace-context.ts';
import { deadlineAtOf, encodeEvent, MESSAGE_HEADER, type OutgoingEvent } from './message.ts';

const MAX_IN_FLIGHT = 5;

/** A producer with the handles that only this folder needs. */
export interface ProducerRuntime extends EventProducer, AsyncDisposable {
  connect(): Promise<void>;
  /** Sends messages as they are, for instance dead letters. */
  sendRaw(topic: string, messages: Message[]): Promise<void>;
}

/**
 * Creates the producer: idempotent, acks=all, at most 5 requests in flight. After a failed send the
 * next one uses a new producer id: the broker may have stored the batch, and other messages under
 * the same sequence numbers would be taken for it.
 */
export function createProducer(
  kafka: Kafka,
  telemetry: Telemetry,
  clock: Pick<Clock, 'now'>,
): ProducerRuntime {
  let current: Promise<Producer> | undefined;

  async function open(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: MAX_IN_FLIGHT,
      allowAutoTopicCreation: true,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
    });
    await producer.connect();
    return producer;
  }

  async function connected(): Promise<Producer> {
    const opening = (current ??= open());
    opening.catch(() => {
      if (current === opening) current = undefined;
    });
    return opening;
  }

  async function sendRaw(topic: string, messages: Message[]): Promise<void> {
    const producer = await connected();
    try {
      await producer.send({ topic, messages, acks: -1 });
    } catch (error) {
      current = undefined;
      void producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  return {
    async connect() {
      await connected();
    },
    sendRaw,
    async send(topic, events) {
      const deadlineAt = deadlineAtOf(currentContext(), clock.now());
      const messages = events.map((event) =>
        toMessage(telemetry, topic, deadlineAt === undefined ? event : { deadlineAt, ...event }),
      );
      try {
        const raw = messages.map(({ message }) => message);
        await sendRaw(topic, raw);
      } catch (error) {
        for (const { span } of messages) fail(span, error as Error);
        throw error;
      } finally {
        for (const { span } of messages) span.end();
      }
    },
    async [Symbol.asyncDispose]() {
      const producer = await current?.catch(() => undefined);
      await producer?.disconnect();
    },
  };
}

/** A message, and the PRODUCER span whose context it carries: a child of the event's cause. */
function toMessage(
  telemetry: Telemetry,
  topic: string,
  event: OutgoingEvent,
): { message: Message; span: Span } {
  const parent = event.traceparent
    ? extractTrace({ traceparent: event.traceparent })
    : context.active();
  const span = telemetry.tracer.startSpan(
    `send ${topic}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.destination.name': topic,
        'messaging.kafka.message.key': event.key,
        'messaging.message.id': event.id,
        'event.type': event.type,
        [ATTRIBUTE.peerService]: 'kafka',
        [ATTRIBUTE.correlationId]: event.correlationId,
      },
    },
    parent,
  );
  const headers: IHeaders & Record<string, string> = {
    [MESSAGE_HEADER.correlationId]: event.correlationId,
    [MESSAGE_HEADER.eventType]: event.type,
    ...(event.deadlineAt === undefined
      ? {}
      : { [MESSAGE_HEADER.deadlineAt]: String(event.deadlineAt) }),
  };
  injectTrace(trace.setSpan(parent, span), headers);
  return { span, message: { key: event.key, value: encodeEvent(event), headers } };
}

function fail(span: Span, error: Error): void {
  span.setAttribute('error.type', error.name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
