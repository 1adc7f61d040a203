/**
 * The telemetry vocabulary: what services say and the collector understands. Spans follow the
 * OpenTelemetry semantic conventions; what they do not name is named here.
 *
 * Spans
 * - SERVER `METHOD /route`: `http.request.method`, `http.route`, `http.response.status_code`,
 *   `url.path`, `correlation.id`, `deadline.left_ms`.
 * - INTERNAL `call <operation>`, one per guarded call: `peer.service`, `resilience.outcome`,
 *   `resilience.attempts`; span event `resilience.backoff` with `delay_ms` before each retry.
 * - CLIENT, one per attempt, child of the above: `peer.service`, `server.address` (instance),
 *   `resilience.attempt` (from 1), `resilience.max_attempts`, `resilience.outcome` (or
 *   `cancelled`), `deadline.left_ms`, `error.type`.
 * - CLIENT for PostgreSQL: `db.system.name`, `db.operation.name`, `db.query.summary`,
 *   `peer.service` = `postgres`.
 * - PRODUCER and CONSUMER for Kafka: `messaging.system`, `messaging.destination.name`,
 *   `messaging.operation.name`, `messaging.kafka.message.key`, `peer.service` = `kafka`; CONSUMER:
 *   `deadline.left_ms` if a request with a budget caused the event.
 *
 * A link is `service.name` + `->` + `peer.service`.
 *
 * Business and resilience events are log records with an `event.name` attribute (and the log
 * record's EventName field) from {@link EVENT}; they carry the trace context of their cause.
 */
export const ATTRIBUTE = {
  eventName: 'event.name',
  correlationId: 'correlation.id',
  peerService: 'peer.service',
  instance: 'service.instance.id',
  outcome: 'resilience.outcome',
  attempt: 'resilience.attempt',
  attempts: 'resilience.attempts',
  maxAttempts: 'resilience.max_attempts',
  deadlineLeftMs: 'deadline.left_ms',
  /** Service that made the call, as its token says. */
  caller: 'caller.service',
  /** Pseudonymous user id. */
  userId: 'user.id',
  link: 'link',
  breakerFrom: 'breaker.from',
  breakerTo: 'breaker.to',
  breakerReason: 'breaker.reason',
  breakerWindowMs: 'breaker.window_ms',
  breakerCalls: 'breaker.calls',
  breakerFailures: 'breaker.failures',
  breakerSlow: 'breaker.slow',
  sagaId: 'saga.id',
  sagaStyle: 'saga.style',
  sagaStep: 'saga.step',
  sagaState: 'saga.state',
  sagaReason: 'saga.reason',
  /** Service whose answer or event is awaited. */
  sagaWaitingFor: 'saga.waiting_for',
  /** Steps still to take or to undo, in that order, comma separated. */
  sagaRemaining: 'saga.remaining',
  orderId: 'order.id',
  attemptNumber: 'attempt',
} as const;

/** Names of events: past tense, `<area>.<thing>.<what happened>`. */
export const EVENT = {
  /** Attributes: link, breaker.from, breaker.to, breaker.reason and the evidence window. */
  breakerStateChanged: 'resilience.breaker.state_changed',
  /** A call that an open breaker refused. Attributes: link. */
  breakerRejected: 'resilience.breaker.rejected',
  /** Attributes: link, resilience.attempt, delay_ms. */
  retryScheduled: 'resilience.retry.scheduled',
  /** Attributes: link. */
  bulkheadRejected: 'resilience.bulkhead.rejected',
  /** Attributes: link, resilience.attempt. */
  attemptTimedOut: 'resilience.attempt.timed_out',
  /** Work not started because its budget was spent. Attributes: link. */
  deadlineExceeded: 'resilience.deadline.exceeded',
  /** Attributes: link, reason. */
  fallbackUsed: 'resilience.fallback.used',
  /** A retry that was not made: the link's budget was spent. Attributes: link. */
  retryBudgetSpent: 'resilience.retry.budget_spent',
  /** A second request for a slow read. Attributes: link (or pool), delay_ms. */
  hedgeSent: 'resilience.hedge.sent',
  /** An instance is left alone. Attributes: link, instance, failures. */
  instanceEjected: 'resilience.instance.ejected',
  /** A request that came too fast. Attributes: client. */
  rateLimited: 'resilience.rate_limit.rejected',
  /** Requests beyond the concurrency, once a second at most. Attributes: in_flight, count. */
  loadShed: 'resilience.load.shed',
  /** An instance behind the balancer came or went. Attributes: instance, healthy, reason. */
  healthChanged: 'resilience.health.changed',
  /** A call without a good token, or by somebody who may not. Attributes: reason, caller. */
  accessRefused: 'security.access.refused',
  /** A key, secret or certificate was replaced. Attributes: what. Never the value. */
  secretRotated: 'security.secret.rotated',
  /** Tokens of people were taken back. Attributes: count (of grants). */
  tokensRevoked: 'security.tokens.revoked',
  /**
   * Attributes of every saga event: saga.id, order.id, saga.style, saga.state, saga.step, and
   * saga.waiting_for, saga.remaining until it has ended.
   */
  sagaStarted: 'saga.started',
  sagaStepStarted: 'saga.step.started',
  sagaStepCompleted: 'saga.step.completed',
  sagaStepFailed: 'saga.step.failed',
  sagaCompensationStarted: 'saga.compensation.started',
  sagaCompensationCompleted: 'saga.compensation.completed',
  sagaCompensationFailed: 'saga.compensation.failed',
  sagaResumed: 'saga.resumed',
  sagaCompleted: 'saga.completed',
  sagaCompensated: 'saga.compensated',
  sagaStuck: 'saga.stuck',
  /** Attributes: messaging.destination.name, count, oldest_ms. */
  outboxRelayed: 'outbox.relayed',
  /** Attributes: messaging.destination.name, event.id. */
  inboxDuplicateIgnored: 'inbox.duplicate.ignored',
  /** Attributes: messaging.destination.name, event.id, attempts, reason. */
  deadLetterPublished: 'deadletter.published',
} as const;
/** One of the values of {@link EVENT}. */
export type EventName = (typeof EVENT)[keyof typeof EVENT];

/** How a guarded call or one of its attempts ended. */
export const CALL_OUTCOMES = [
  'ok',
  'refused',
  'server-error',
  'connection',
  'timeout',
  'breaker-open',
  'bulkhead-full',
  'deadline',
  'fallback',
] as const;
/** See {@link CALL_OUTCOMES}. `refused` is an answer of the callee below 500: not a failure. */
export type CallOutcomeKind = (typeof CALL_OUTCOMES)[number];

/** Outcome of an attempt that lost against its hedge and was called off: no failure. */
export const CANCELLED = 'cancelled';

/** States of a circuit breaker, as they appear in events, metrics and the API. */
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
/** See {@link BREAKER_STATES}. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/** States of a saga, as they appear in events and in the API. */
export const SAGA_STATES = [
  'running',
  'compensating',
  'completed',
  'compensated',
  'stuck',
] as const;
/** See {@link SAGA_STATES}. */
export type SagaState = (typeof SAGA_STATES)[number];

/**
 * Prometheus metrics every service exposes. Durations in seconds, as the convention asks;
 * histograms share the buckets of {@link DURATION_BUCKETS_S}.
 */
export const METRIC = {
  /** Histogram; labels method, route, status. */
  serverDuration: 'http_server_request_duration_seconds',
  /** Gauge: requests in progress. */
  activeRequests: 'http_server_active_requests',
  /** Histogram, one observation per attempt; labels link, operation, outcome. */
  clientDuration: 'http_client_request_duration_seconds',
  /** Counter, one per guarded call; labels link, outcome. */
  calls: 'resilience_calls_total',
  /** Gauge, 0 closed, 1 half-open, 2 open; label link. */
  breakerState: 'resilience_breaker_state',
  /** Gauges over the evidence window; label link. */
  breakerWindowCalls: 'resilience_breaker_window_calls',
  breakerWindowFailures: 'resilience_breaker_window_failures',
  breakerWindowSlow: 'resilience_breaker_window_slow',
  /** Gauge; label link. */
  bulkheadInFlight: 'resilience_bulkhead_in_flight',
  /** Gauge; label link. */
  bulkheadQueued: 'resilience_bulkhead_queued',
  /** Counter; label link. */
  retries: 'resilience_retries_total',
  /** Counter; label link. */
  retriesRefused: 'resilience_retries_refused_total',
  /** Gauge: retries the budget would allow now; label link. */
  retryBudget: 'resilience_retry_budget',
  /** Counter; label link. */
  hedges: 'resilience_hedges_total',
  /** Gauge: instances that the health checks keep out; label link. */
  unhealthy: 'resilience_unhealthy_instances',
  /** Gauge: instances left alone now; label link. */
  ejected: 'resilience_ejected_instances',
  /** Counters. */
  rateLimited: 'resilience_rate_limited_total',
  loadShed: 'resilience_load_shed_total',
  /** Counter; label reason. */
  accessRefused: 'security_access_refused_total',
  /** Gauge: events between the end of the log and the projection. */
  projectionLag: 'projection_lag_events',
  /** Gauge: how long the oldest of them has waited, seconds. */
  projectionLagSeconds: 'projection_lag_seconds',
  /** Gauge; label state. */
  sagas: 'sagas',
  /** Gauge: rows of the outbox not yet published. */
  outboxPending: 'outbox_pending',
  /** Histogram: commit of the row to acknowledgement by the broker. */
  outboxRelayDuration: 'outbox_relay_duration_seconds',
  /** Gauge; labels topic, partition, group. */
  consumerLag: 'kafka_consumer_lag',
  /** Counter: events handled after a later one of their partition; labels topic, group. */
  reordered: 'kafka_consumer_reordered_total',
  /** Gauges; label pool. */
  poolInUse: 'db_pool_in_use',
  poolWaiting: 'db_pool_waiting',
  poolLimit: 'db_pool_limit',
  /** Gauge: mean event-loop delay over the last scrape interval. */
  eventLoopLag: 'nodejs_eventloop_lag_seconds',
} as const;

/** Upper bounds of latency histograms, seconds. */
export const DURATION_BUCKETS_S = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** HTTP headers that carry context beside W3C `traceparent`. */
export const HEADER = {
  /** Same value for everything one outside request causes. */
  correlationId: 'x-correlation-id',
  /** Milliseconds the caller still waits; the callee's budget is never larger. */
  deadlineMs: 'x-deadline-ms',
  /** Who the user is, signed by the gateway (JWT, RFC 7519), good for a minute. */
  userAssertion: 'x-user-assertion',
  /** Makes a POST safe to repeat (draft-ietf-httpapi-idempotency-key-header). */
  idempotencyKey: 'idempotency-key',
} as const;
