import type { LinkPattern, ServicePattern } from '@faultline/chassis/core';

/** Families of patterns, in the order in which a request meets them. */
export const PATTERN_FAMILIES = ['edge', 'reliability', 'data', 'security'] as const;
/** See {@link PATTERN_FAMILIES}. */
export type PatternFamily = (typeof PATTERN_FAMILIES)[number];

/** What a person should know of a pattern before switching it off. */
export interface PatternDescription {
  /** For people: `Circuit breaker`. */
  title: string;
  /** What it is for, as people group patterns. */
  family: PatternFamily;
  /** Row of the catalogue of features: `R4`. */
  row: string;
  /** What it does, one sentence. */
  purpose: string;
  /** What can happen without it, one sentence that names the harm. */
  whenOff: string;
}

/** Patterns of links, in the order in which they stand around a call. */
export const LINK_PATTERN_DESCRIPTIONS: Readonly<Record<LinkPattern, PatternDescription>> = {
  fallback: {
    title: 'Fallback',
    family: 'reliability',
    row: 'R6',
    purpose: 'Answers from a cache or with a default when the call failed',
    whenOff: 'A failure of the callee becomes a failure of the page',
  },
  deadline: {
    title: 'Deadline',
    family: 'reliability',
    row: 'R1',
    purpose: 'Hands the caller’s remaining time on; spent budgets start no work',
    whenOff: 'Services work on answers nobody waits for any more',
  },
  bulkhead: {
    title: 'Bulkhead',
    family: 'reliability',
    row: 'R5',
    purpose: 'Bounds the calls in flight and in the queue',
    whenOff: 'One slow callee takes every place and starves the others',
  },
  breaker: {
    title: 'Circuit breaker',
    family: 'reliability',
    row: 'R4',
    purpose: 'Stops calling a callee that fails or is slow, and probes it later',
    whenOff: 'Failures cascade: every caller waits for the full timeout',
  },
  retry: {
    title: 'Retry',
    family: 'reliability',
    row: 'R2',
    purpose: 'Repeats idempotent calls with exponential backoff and full jitter',
    whenOff: 'A lost packet is a failed request',
  },
  retryBudget: {
    title: 'Retry budget',
    family: 'reliability',
    row: 'R2',
    purpose: 'Holds retries to a share of the requests',
    whenOff: 'Retry storm: a slow callee gets several times its load',
  },
  hedge: {
    title: 'Hedged request',
    family: 'reliability',
    row: 'R7',
    purpose: 'Sends a slow read to a second instance and takes the first answer',
    whenOff: 'The slowest instance decides the tail of the latency',
  },
  ejection: {
    title: 'Outlier ejection',
    family: 'reliability',
    row: 'S6',
    purpose: 'Leaves alone an instance that fails again and again',
    whenOff: 'One bad instance keeps its share of the calls',
  },
  timeout: {
    title: 'Timeout',
    family: 'reliability',
    row: 'R1',
    purpose: 'Bounds one attempt',
    whenOff: 'A callee that hangs holds its caller for as long as it likes',
  },
  contract: {
    title: 'Contract check',
    family: 'reliability',
    row: 'S4',
    purpose: 'Counts an answer without the shape that the caller relies on as failed',
    whenOff: 'A provider that renames a field breaks its callers far from the cause',
  },
};

/** Patterns of services. */
export const SERVICE_PATTERN_DESCRIPTIONS: Readonly<Record<ServicePattern, PatternDescription>> = {
  authentication: {
    title: 'Service identity',
    family: 'security',
    row: 'I2',
    purpose: 'Refuses calls without a token for this service and this operation',
    whenOff: 'Whoever reaches the port may call',
  },
  idempotency: {
    title: 'Idempotency key',
    family: 'reliability',
    row: 'R3',
    purpose: 'Answers a repeated request with the first answer',
    whenOff: 'Double charge: a retry whose first attempt arrived takes effect twice',
  },
  outbox: {
    title: 'Transactional outbox',
    family: 'data',
    row: 'D3',
    purpose: 'Writes an event in the transaction of its change and relays it afterwards',
    whenOff: 'Lost event: a crash or a broker outage after the commit loses it',
  },
  inbox: {
    title: 'Idempotent consumer',
    family: 'data',
    row: 'D4',
    purpose: 'Gives an event its effect once, however often it is delivered',
    whenOff: 'Double effect: a redelivered event takes effect again',
  },
  deadLetter: {
    title: 'Dead letters',
    family: 'data',
    row: 'D5',
    purpose: 'Puts an event aside that cannot be processed',
    whenOff: 'A poison message blocks its partition for ever',
  },
  saga: {
    title: 'Saga',
    family: 'data',
    row: 'D1',
    purpose: 'Persists the steps of an order and undoes them when one fails',
    whenOff: 'Money without goods: a failed order keeps its charge and its stock',
  },
  answerCheck: {
    title: 'Check of a partner’s answer',
    family: 'data',
    row: 'S7',
    purpose: 'Compares what the payment provider says it took with what was asked',
    whenOff: 'Wrong but 200: an amount that was not taken is booked as paid',
  },
  replica: {
    title: 'Local replica',
    family: 'data',
    row: 'D8',
    purpose: 'Keeps names and prices from the catalog’s events',
    whenOff: 'No catalog, no orders',
  },
  rateLimit: {
    title: 'Rate limit',
    family: 'edge',
    row: 'E5',
    purpose: 'Refuses what one client asks beyond its share',
    whenOff: 'One client takes the capacity of all others',
  },
  loadShedding: {
    title: 'Load shedding',
    family: 'edge',
    row: 'E10',
    purpose: 'Refuses cheaply what is beyond the concurrency the service can bear',
    whenOff: 'Collapse: every request is taken and all of them time out',
  },
  databasePool: {
    title: 'Connection pool limit',
    family: 'reliability',
    row: 'R7',
    purpose: 'Bounds database connections and the wait for one',
    whenOff: 'Pool exhaustion: a slow query takes the server’s connections from everybody',
  },
  hedgedReads: {
    title: 'Hedged reads',
    family: 'reliability',
    row: 'R7',
    purpose: 'Asks a slow read again on another connection',
    whenOff: 'One slow connection decides the tail of the latency',
  },
  healthChecks: {
    title: 'Active health checks',
    family: 'edge',
    row: 'E1',
    purpose: 'Takes an unhealthy instance out of rotation before a client meets it',
    whenOff: 'Clients meet instances that cannot answer',
  },
  draining: {
    title: 'Connection draining',
    family: 'edge',
    row: 'E1',
    purpose: 'Finishes what is in flight before an instance ends',
    whenOff: 'Every stop breaks off requests',
  },
};
