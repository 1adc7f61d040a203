import type { Attributes, Tracer } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ZodType } from 'zod';
import type {
  CallOutcomeKind,
  Clock,
  EventName,
  IdSource,
  Problem,
  Random,
  ServiceEnvironment,
} from './core/index.ts';

/**
 * What a service is to the chassis. `defineService` returns it, `runService` runs it:
 * environment -> telemetry -> database and migrations -> broker -> build -> listen -> ready.
 * On SIGTERM: not ready, finish what is in flight (10 s at most), dispose in reverse, exit 0.
 */
export interface ServiceDefinition {
  name: string;
  /** Folder of `NNN-name.sql` files, applied once each, in order, under an advisory lock. */
  migrations?: URL;
  /** Names of the services this one calls: the links `name->callee`. */
  calls: readonly string[];
  /** Whether it produces or consumes events: the link `name->kafka`. */
  events?: boolean;
  /** The composition root: builds the parts of this service. Runs before the first request. */
  build(chassis: Chassis): Promise<ServiceParts> | ServiceParts;
}

/** The HTTP server of a service: handlers get what their zod schemas infer. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What a service hands to the chassis to run. */
export interface ServiceParts {
  /** Registers the routes; their zod schemas validate and make the OpenAPI document. */
  routes?(app: ServiceApp): void | Promise<void>;
  consumers?: readonly ConsumerDefinition[];
  /** Background work, started when the service listens, disposed before the database closes. */
  workers?: readonly Worker[];
  /** Facts for the invariant checker: answer of `GET /internal/audit` (bearer INTERNAL_TOKEN). */
  audit?(): Promise<unknown>;
}

/** Something that works in the background until disposed; `start` returns at once. */
export interface Worker extends AsyncDisposable {
  readonly name: string;
  start(): void;
}

/** Everything a service gets from the outside world. Tests build their own. */
export interface Chassis {
  readonly environment: ServiceEnvironment;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly telemetry: Telemetry;
  /** Throws if the service declared no migrations. */
  readonly database: Database;
  /** The guarded client of the link to `callee`. Throws if `callee` is not in `calls`. */
  link(callee: string): Link;
  /** Throws if the service did not declare `events`. */
  readonly producer: EventProducer;
  /** Correlation id, deadline and trace of the work at hand; undefined outside of any. */
  context(): RequestContext | undefined;
  /** Runs `work` in a new context: background work that continues what a request began. */
  withContext<T>(context: ContextSeed, work: () => Promise<T>): Promise<T>;
}

export interface RequestContext {
  correlationId: string;
  /** Milliseconds left of the caller's budget; Infinity if it set none. */
  deadlineLeftMs(): number;
}

export interface ContextSeed {
  correlationId: string;
  /** W3C trace context of the cause: the new work continues that trace. */
  traceparent?: string;
  /** Budget of the work, milliseconds; none means no limit. */
  deadlineMs?: number;
  /** Name of the span around the work. */
  operation: string;
}

export interface Telemetry {
  readonly tracer: Tracer;
  readonly metrics: Registry;
  /**
   * Reports a business event once: a log record with `event.name`, a span event on the current
   * span. Attribute values: string, number or boolean. Never a secret, a card number, a token.
   */
  event(name: EventName, attributes: Attributes, message: string): void;
  /** Runs `work` in a child span; records what it throws. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** Trace context of the current span, for storage; undefined outside of any. */
  traceparent(): string | undefined;
}

/** One guarded way to a callee: fallback, deadline, bulkhead, breaker, retry, timeout. */
export interface Link {
  /** `caller->callee`. */
  readonly name: string;
  call<Body>(request: LinkRequest<Body>): Promise<CallOutcome<Body>>;
}

export interface LinkRequest<Body> {
  /** Low-cardinality name, for instance `charge`; labels metrics and spans. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with `/`; path parameters already encoded. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Makes the request safe to repeat; without it only GET, PUT and DELETE are retried. */
  idempotencyKey?: string;
  /** Shape of a 2xx answer; another shape is a `server-error`. Unknown fields are dropped. */
  response: ZodType<Body>;
  /** Tightens the timeout of the policy for this operation, milliseconds. */
  timeoutMs?: number;
  /** Answers when the call failed and the policy allows it; undefined means no answer. */
  fallback?: (failure: CallFailure) => Promise<Body | undefined> | Body | undefined;
}

/** How a call ended. Only bugs and cancellation throw. */
export type CallOutcome<Body> =
  | { kind: 'ok'; status: number; body: Body; attempts: number }
  /** The callee said no (4xx): not a failure of the link, never retried (but 429 and 408 are). */
  | { kind: 'refused'; status: number; problem: Problem; attempts: number }
  | { kind: 'fallback'; body: Body; failure: CallFailure }
  | CallFailure;

export interface CallFailure {
  kind: 'failed';
  reason: Exclude<CallOutcomeKind, 'ok' | 'refused' | 'fallback'>;
  /** Whether bytes may have reached the callee: false proves that nothing happened there. */
  maybeReceived: boolean;
  attempts: number;
  detail: string;
}

/** The service's own PostgreSQL database. */
export interface Database extends Queryable {
  /**
   * Runs `work` in a transaction (READ COMMITTED unless told otherwise), commits if it resolves,
   * rolls back if it throws. Serialization failures and deadlocks are repeated, 3 times at most.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { isolation?: 'read committed' | 'repeatable read' | 'serializable' },
  ): Promise<T>;
}

export interface Queryable {
  /**
   * @param name low-cardinality summary for spans and metrics, for instance `insert charge`
   * @param text SQL with $1 placeholders
   */
  query<Row extends object>(
    name: string,
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/** A transaction in progress; invalid after its callback ended. */
export interface Transaction extends Queryable {
  readonly isTransaction: true;
}

/** A domain event on its way: JSON in the message value, keyed by aggregate. */
export interface DomainEvent<Payload = unknown> {
  /** Unique; consumers recognise duplicates by it. */
  id: string;
  /** `order.confirmed`; past tense. */
  type: string;
  /** Version of the payload's shape, from 1. */
  version: number;
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
  /** Aggregate id: the Kafka message key, so one aggregate's events stay in order. */
  key: string;
  correlationId: string;
  payload: Payload;
}

export interface EventProducer {
  /** Sends with acks=all, idempotent; resolves when the broker acknowledged all of them. */
  send(topic: string, events: readonly (DomainEvent & { traceparent?: string })[]): Promise<void>;
}

export interface ConsumerDefinition {
  topic: string;
  /** Consumer group. */
  group: string;
  /**
   * Handles one event. Resolve: processed, the offset is committed. Throw: tried again with
   * backoff, `maxAttempts` times, then sent to `<topic>.dlq` with reason and attempts.
   */
  handle(event: DomainEvent, delivery: { attempt: number }): Promise<void>;
  /** Default 5. */
  maxAttempts?: number;
  /**
   * Whether an error is no fault of the event (a dependency is away): such an event is tried until
   * it is handled and never becomes a dead letter. Default: every error counts as an attempt.
   */
  isTransient?(error: unknown): boolean;
}
