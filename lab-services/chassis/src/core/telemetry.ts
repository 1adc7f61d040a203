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
 *   `resilience.attempt` (from 1), `resilience.max_attempts`, `resilience.outcome`,
 *   `deadline.left_ms`, `error.type`.
 * - CLIENT for PostgreSQL: `db.system.name`, `db.operation.name`, `db.query.summary`,
 *   `peer.service` = `postgres`.
 * - PRODUCER and CONSUMER for Kafka: `messaging.system`, `messaging.destination.name`,
 *   `messaging.operation.name`, `messaging.kafka.message.key`, `peer.service` = `kafka`.
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
  /** Attributes of every saga event: saga.id, order.id, saga.style, saga.state, saga.step. */
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
  /** Gauge; label state. */
  sagas: 'sagas',
  /** Gauge: rows of the outbox not yet published. */
  outboxPending: 'outbox_pending',
  /** Histogram: commit of the row to acknowledgement by the broker. */
  outboxRelayDuration: 'outbox_relay_duration_seconds',
  /** Gauge; labels topic, partition, group. */
  consumerLag: 'kafka_consumer_lag',
  /** Gauges; label pool. */
  poolInUse: 'db_pool_in_use',
  poolWaiting: 'db_pool_waiting',
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
  /** Makes a POST safe to repeat (draft-ietf-httpapi-idempotency-key-header). */
  idempotencyKey: 'idempotency-key',
} as const;
