import type { Attributes, Tracer } from '@opentelemetry/api';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ZodType } from 'zod';
import type { RpcCall } from './rpc/client.ts';
import type { RpcContract } from './rpc/contract.ts';
import type { Access } from './security/access.ts';
import type {
  CallOutcomeKind,
  Clock,
  EventName,
  IdSource,
  Problem,
  Random,
  ServiceEnvironment,
  ServicePattern,
  ServicePatternPolicy,
  Workload,
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
  /** A reset leaves its data alone: identities and keys outlive it. Default false. */
  permanentData?: boolean;
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
  /** gRPC on the same port. */
  rpc?: RpcService;
  /** Facts for the invariant checker: answer of `GET /internal/audit` (bearer INTERNAL_TOKEN). */
  audit?(): Promise<unknown>;
}

/** A service of a proto file and what its methods do. */
export interface RpcService extends RpcContract {
  methods: Readonly<Record<string, RpcMethod | RpcStreamMethod>>;
}

/** What a method of gRPC knows beside its message. */
export interface RpcCallContext {
  /** Aborted when the caller called it off or went away, or its time is over. */
  readonly signal: AbortSignal;
}

/** One unary method; what it throws as a problem becomes a status with the same meaning. */
export interface RpcMethod {
  access: Access;
  /** The message's fields in camel case, absent ones as proto3's defaults; check them. */
  handle(message: unknown, call: RpcCallContext): Promise<object>;
}

/** One method that answers with a stream (server streaming). */
export interface RpcStreamMethod {
  access: Access;
  /**
   * Checks the message and says what to send. The next message is asked for when the one before is
   * on its way, so a slow reader makes the source wait; it ends when `call.signal` is aborted.
   */
  stream(message: unknown, call: RpcCallContext): Promise<AsyncIterable<object>>;
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
  /** Settings of one of the service's own patterns, as they are at this moment. */
  policy<Pattern extends ServicePattern>(pattern: Pattern): ServicePatternPolicy<Pattern>;
  /** Whether `user` has the feature (OpenFeature); false for a flag nobody knows. */
  flag(key: string, user: string): Promise<boolean>;
  /** What only this instance knows, as it is at this moment; undefined until it was told. */
  workload(): Workload | undefined;
  /**
   * Calls `forget` when the service is to be as at its first start: its data are new already. For
   * what this instance remembers of them.
   */
  onReset(forget: () => void): void;
  /** Correlation id, deadline and trace of the work at hand; undefined outside of any. */
  context(): RequestContext | undefined;
  /** Runs `work` in a new context: background work that continues what a request began. */
  withContext<T>(context: ContextSeed, work: () => Promise<T>): Promise<T>;
}

export interface RequestContext {
  correlationId: string;
  /** Milliseconds left of the caller's budget; Infinity if it set none. */
  deadlineLeftMs(): number;
  /** Service that made the call, as its token or its certificate says. */
  readonly caller?: string;
  /** Person on whose behalf; set by the gateway, handed on with every call. */
  readonly user?: User;
}

/** A person, as the identity provider knows them. */
export interface User {
  id: string;
  roles: readonly ('customer' | 'support' | 'admin')[];
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
  /** Marks the current span as failed where nothing is thrown. @param reason for a person, no secret */
  failed(reason: string): void;
  /** Trace context of the current span, for storage; undefined outside of any. */
  traceparent(): string | undefined;
}

/** One guarded way to a callee: fallback, deadline, bulkhead, breaker, retry, timeout. */
export interface Link {
  /** `caller->callee`. */
  readonly name: string;
  call<Body>(request: LinkRequest<Body>): Promise<CallOutcome<Body>>;
  /** The same over gRPC. */
  unary<Body>(request: UnaryRequest<Body>): Promise<CallOutcome<Body>>;
  /**
   * Reads a stream over gRPC for as long as it is wanted: opened again after a loss, by the balancer
   * and the breaker of the link, with the pauses of `retry`; opening takes as long as `timeout`
   * says, the stream itself has no limit. Messages wait at the callee while nobody reads.
   */
  stream<Message>(request: StreamRequest<Message>): AsyncIterable<StreamEvent<Message>>;
  /**
   * Hands a request on as it is and gives its answer back as it is, through the same policies.
   * Hop-by-hop headers (RFC 9110) end here, in both directions.
   *
   * @throws ProblemError 400 for a target that is no path of visible ASCII characters
   */
  forward(request: ForwardRequest): Promise<ForwardOutcome>;
}

/** A request that is handed on. */
export interface ForwardRequest {
  /** Low-cardinality name; labels metrics and spans. */
  operation: string;
  method: LinkRequest<unknown>['method'];
  /** Path and query, encoded as they came. */
  target: string;
  /** The caller chooses which; correlation id, deadline and trace are the chassis' own. */
  headers: IncomingHttpHeaders;
  body?: Buffer | undefined;
}

/** What a callee answered: 4 MiB at most. */
export interface ForwardedAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** A unary call over gRPC, guarded as every call of the link. */
export interface UnaryRequest<Body> extends Pick<
  LinkRequest<Body>,
  'operation' | 'response' | 'timeoutMs' | 'fallback'
> {
  call: RpcCall;
  /** Whether repeating it does no harm. */
  idempotent: boolean;
}

/** A stream of the callee that is wanted until `signal` is aborted or the service ends. */
export interface StreamRequest<Message> {
  /** Low-cardinality name; labels metrics. */
  operation: string;
  call: RpcCall;
  /** Shape of each message; another shape ends the stream. */
  message: ZodType<Message>;
  signal: AbortSignal;
}

/** What happens to a stream; after `lost` it is opened again, and begins anew. */
export type StreamEvent<Message> =
  | { kind: 'opened'; instance: string }
  | { kind: 'message'; message: Message }
  | { kind: 'lost'; detail: string };

/** How a forwarded request ended: with an answer of whatever status, or without any. */
export type ForwardOutcome =
  ({ kind: 'answered'; attempts: number } & ForwardedAnswer) | CallFailure;

export interface LinkRequest<Body> {
  /** Low-cardinality name, for instance `charge`; labels metrics and spans. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with `/`; path parameters already encoded. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as a form (`application/x-www-form-urlencoded`), in place of a body. */
  form?: Readonly<Record<string, string>>;
  /**
   * Value of the header `authorization`, in place of the service's own token; null sends none, and
   * with either nobody's user goes along.
   */
  authorization?: string | null;
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
  | {
      kind: 'refused';
      status: number;
      problem: Problem;
      attempts: number;
      answer?: ForwardedAnswer;
    }
  | { kind: 'fallback'; body: Body; failure: CallFailure }
  | CallFailure;

export interface CallFailure {
  kind: 'failed';
  reason: Exclude<CallOutcomeKind, 'ok' | 'refused' | 'fallback'>;
  /** Whether bytes may have reached the callee: false proves that nothing happened there. */
  maybeReceived: boolean;
  attempts: number;
  detail: string;
  /** What was answered, if anything was; only of forwarded requests. */
  answer?: ForwardedAnswer;
}

/** The service's own PostgreSQL database. */
export interface Database extends Queryable {
  /**
   * Like `query`, for a statement without effects: with the pattern `hedgedReads` it may run twice
   * at the same time, and the first answer counts.
   */
  read<Row extends object>(name: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs `work` in a transaction (READ COMMITTED unless told otherwise), commits if it resolves,
   * rolls back if it throws. Serialization failures and deadlocks are repeated, 3 times at most.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: { isolation?: 'read committed' | 'repeatable read' | 'serializable' },
  ): Promise<T>;
  /**
   * Hears, until disposed, the payload of every `pg_notify(channel, …)` that is committed from now
   * on, on a connection of its own. It connects in the background, and again after a loss; what is
   * told meanwhile is not heard, so whoever listens must also look, now and then.
   */
  listen(channel: string, heard: (payload: string) => void): AsyncDisposable;
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

/**
 * A transaction in progress; invalid after its callback ended. Statements run in the order in which
 * they were asked for, each sees what those before it did, and none waits on its way for another's
 * answer: those that need none are best asked for together (`Promise.all`), in one round trip.
 */
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
  send(
    topic: string,
    events: readonly (DomainEvent & { traceparent?: string; deadlineAt?: number })[],
  ): Promise<void>;
}

export interface ConsumerDefinition {
  /** One topic, or several read by one member of the group: one connection, one loop of fetches. */
  topic: string | readonly string[];
  /** Consumer group. */
  group: string;
  /**
   * Types of events it handles. Others are passed over by their header alone: not decoded, no span.
   * Default: all. A message without the header is handed on.
   */
  types?: readonly string[];
  /**
   * Handles one event. Resolve: processed, the offset is committed. Throw: tried again with
   * backoff as often as the pattern `deadLetter` says, then sent to the dead letters of its topic,
   * `<topic>.dlq`, with reason and attempts.
   *
   * @param delivery.attempt from 1
   * @param delivery.last whether a failure that is the event's own makes it a dead letter now
   */
  handle(event: DomainEvent, delivery: { attempt: number; last: boolean }): Promise<void>;
  /** In place of the attempts of the pattern `deadLetter`. */
  maxAttempts?: number;
  /**
   * Whether the work has what is left of the budget of the request that caused the event (its
   * deadline may be over). Default: an event is worth its work however late it comes.
   */
  deadline?: boolean;
  /**
   * Whether an error is no fault of the event (a dependency is away): such an event is tried until
   * it is handled and never becomes a dead letter. Default: every error counts as an attempt.
   */
  isTransient?(error: unknown): boolean;
}
