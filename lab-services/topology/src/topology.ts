import type { FeatureFlag } from '@faultline/chassis/core';
import type { ServiceDefinition, Topology } from './model.ts';

const ORDER_EVENTS = 'orders.events';
const CATALOG_EVENTS = 'catalog.events';
const INVENTORY_EVENTS = 'inventory.events';
const PAYMENT_EVENTS = 'payments.events';
const SHIPPING_EVENTS = 'shipping.events';

function service(
  definition: Pick<ServiceDefinition, 'name' | 'layer' | 'purpose'> & Partial<ServiceDefinition>,
): ServiceDefinition {
  return {
    replicas: 1,
    maxReplicas: 5,
    entry: `lab-services/${definition.name}/src/main.ts`,
    calls: [],
    database: false,
    produces: [],
    consumes: [],
    patterns: [],
    ...definition,
  };
}

/** The catalogue of the lab's shop. */
export const TOPOLOGY: Topology = {
  services: [
    service({
      name: 'loadgen',
      layer: 'load',
      purpose: 'Plays customers: an open-loop, seeded load of shopping journeys',
      maxReplicas: 1,
      calls: ['edge', 'identity'],
      patterns: ['authentication'],
    }),
    service({
      name: 'edge',
      layer: 'edge',
      purpose: 'The front door: spreads what comes from outside over healthy gateways',
      maxReplicas: 1,
      calls: ['gateway'],
      patterns: ['healthChecks', 'draining'],
    }),
    service({
      name: 'gateway',
      layer: 'gateway',
      purpose: 'The public API: versions, pages put together, shapes for web and mobile',
      replicas: 2,
      calls: ['catalog', 'orders', 'inventory', 'recommendations', 'order-history', 'identity'],
      patterns: ['authentication', 'rateLimit', 'loadShedding', 'draining'],
    }),
    service({
      name: 'catalog',
      layer: 'domain',
      purpose: 'Products, descriptions and prices',
      calls: ['inventory', 'identity'],
      callsByRpc: ['inventory'],
      database: true,
      produces: [CATALOG_EVENTS],
      schemaChange: true,
      patterns: ['authentication', 'outbox', 'databasePool', 'hedgedReads', 'draining'],
    }),
    service({
      name: 'orders',
      layer: 'domain',
      purpose: 'Orders and the saga that fulfils them',
      replicas: 2,
      calls: ['catalog', 'inventory', 'payments', 'shipping', 'identity'],
      callsByRpc: ['inventory'],
      database: true,
      produces: [ORDER_EVENTS],
      consumes: [CATALOG_EVENTS, INVENTORY_EVENTS, PAYMENT_EVENTS, SHIPPING_EVENTS],
      patterns: [
        'authentication',
        'idempotency',
        'saga',
        'outbox',
        'inbox',
        'deadLetter',
        'replica',
        'databasePool',
        'draining',
      ],
    }),
    service({
      name: 'inventory',
      layer: 'domain',
      purpose: 'Stock and reservations',
      calls: ['identity'],
      database: true,
      produces: [INVENTORY_EVENTS],
      consumes: [ORDER_EVENTS, PAYMENT_EVENTS],
      patterns: ['authentication', 'outbox', 'inbox', 'deadLetter', 'databasePool', 'draining'],
    }),
    service({
      name: 'payments',
      layer: 'domain',
      purpose: 'Charges and refunds, each made once',
      replicas: 2,
      calls: ['psp', 'identity'],
      database: true,
      produces: [PAYMENT_EVENTS],
      consumes: [INVENTORY_EVENTS, SHIPPING_EVENTS],
      patterns: [
        'authentication',
        'idempotency',
        'outbox',
        'inbox',
        'deadLetter',
        'answerCheck',
        'databasePool',
        'draining',
      ],
    }),
    service({
      name: 'shipping',
      layer: 'domain',
      purpose: 'Shipments and their cancellation',
      calls: ['identity'],
      database: true,
      produces: [SHIPPING_EVENTS],
      consumes: [PAYMENT_EVENTS, ORDER_EVENTS],
      patterns: ['authentication', 'outbox', 'inbox', 'deadLetter', 'databasePool', 'draining'],
    }),
    service({
      name: 'notifications',
      layer: 'support',
      purpose: 'Tells customers what became of their orders, once',
      calls: ['identity'],
      database: true,
      consumes: [ORDER_EVENTS],
      background: true,
      patterns: ['authentication', 'inbox', 'deadLetter', 'databasePool', 'draining'],
    }),
    service({
      name: 'order-history',
      layer: 'support',
      purpose: 'The read side of orders: a log of what happened and views made of it',
      calls: ['identity'],
      database: true,
      consumes: [ORDER_EVENTS],
      projection: true,
      background: true,
      patterns: ['authentication', 'inbox', 'deadLetter', 'databasePool', 'draining'],
    }),
    service({
      name: 'recommendations',
      layer: 'domain',
      purpose: 'What is bought together, learned from orders',
      calls: ['identity'],
      database: true,
      consumes: [ORDER_EVENTS],
      patterns: ['authentication', 'inbox', 'deadLetter', 'databasePool', 'draining'],
    }),
    service({
      name: 'identity',
      layer: 'support',
      purpose: 'Says who people and services are: logins, access tokens, the keys to check them',
      maxReplicas: 3,
      database: true,
      patterns: ['databasePool', 'draining'],
    }),
    service({
      name: 'psp',
      layer: 'external',
      purpose: 'An outside payment provider: its own words, its own faults, its own books',
      database: true,
      patterns: ['idempotency', 'databasePool', 'draining'],
    }),
  ],
  resources: [
    { name: 'postgres', purpose: 'One database and one role per service' },
    { name: 'kafka', purpose: 'The event backbone' },
  ],
  topics: [
    { name: ORDER_EVENTS, partitions: 6 },
    { name: `${ORDER_EVENTS}.dlq`, partitions: 1 },
    ...[CATALOG_EVENTS, INVENTORY_EVENTS, PAYMENT_EVENTS, SHIPPING_EVENTS].flatMap((name) => [
      { name, partitions: 3 },
      { name: `${name}.dlq`, partitions: 1 },
    ]),
  ],
};

/** Tokens are asked for seldom and by everybody: whoever cannot have one tries again soon. */
const TO_IDENTITY = {
  timeout: { attemptMs: 2000 },
  retry: { baseDelayMs: 50 },
  breaker: { openMs: 2000, slowCallMs: 2000 },
};

/** Policies that differ from the schema's defaults, by link or by service. Values: FEATURES, "Defaults". */
export const DEFAULT_POLICIES: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    TOPOLOGY.services
      .filter(({ calls }) => calls.includes('identity'))
      .map(({ name }) => [`${name}->identity`, TO_IDENTITY]),
  ),
  // All customers without a name come from one address: above what the load generator can send.
  gateway: { rateLimit: { requestsPerS: 600, burst: 1200 } },
  'loadgen->edge': {
    timeout: { attemptMs: 6000 },
    retry: { enabled: false },
    breaker: { enabled: false },
    bulkhead: { enabled: false },
  },
  'edge->gateway': {
    timeout: { attemptMs: 5000 },
    retry: { enabled: false },
    breaker: { slowCallMs: 5000 },
    bulkhead: { concurrency: 200, queue: 100 },
  },
  'gateway->catalog': { bulkhead: { concurrency: 50, queue: 50 } },
  'gateway->orders': {
    timeout: { attemptMs: 3000 },
    retry: { enabled: false },
    breaker: { slowCallMs: 3000 },
    bulkhead: { concurrency: 50, queue: 50 },
  },
  // A page does not wait long for what it can do without.
  'gateway->recommendations': {
    timeout: { attemptMs: 300 },
    retry: { enabled: false },
    breaker: { slowCallMs: 300 },
    bulkhead: { concurrency: 50, queue: 50 },
  },
  'gateway->order-history': { bulkhead: { concurrency: 50, queue: 50 } },
  'gateway->inventory': { bulkhead: { concurrency: 50, queue: 50 } },
  // A stream: the retries are its pauses after a loss, and it is opened once to close the breaker.
  'catalog->inventory': {
    retry: { baseDelayMs: 200, maxDelayMs: 2000 },
    breaker: { openMs: 2000, successesToClose: 1 },
  },
  'orders->catalog': {},
  'orders->inventory': {},
  'orders->payments': { bulkhead: { concurrency: 10, queue: 10 } },
  'orders->shipping': {},
  // No second charge: what a lost answer was is asked for, within the second that orders waits.
  'payments->psp': {
    timeout: { attemptMs: 400 },
    retry: { attempts: 2, baseDelayMs: 50 },
    breaker: { slowCallMs: 400 },
    bulkhead: { concurrency: 20, queue: 20 },
  },
};

/** Load at launch: requests per second and how journeys are mixed (relative weights). */
export const DEFAULT_LOAD = {
  rps: 40,
  mix: { browse: 6, checkout: 3, history: 1 },
  seed: 7,
} as const;

/** Feature flags at launch. */
export const DEFAULT_FLAGS: readonly FeatureFlag[] = [
  {
    key: 'choreographed-saga',
    purpose: 'Orders of these customers are fulfilled by events, without an orchestrator',
    enabled: true,
    percentage: 30,
    users: [],
  },
  {
    key: 'personal-recommendations',
    purpose: 'Product pages show what suits the customer’s own purchases',
    enabled: true,
    percentage: 50,
    users: [],
  },
  {
    key: 'psp-captures-less',
    purpose: 'The payment provider takes one cent less than it was asked for (share of charges)',
    enabled: true,
    percentage: 0,
    users: [],
  },
];
