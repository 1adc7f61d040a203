import type { ServiceDefinition, Topology } from './model.ts';

const ORDER_EVENTS = 'orders.events';

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
      calls: ['gateway'],
    }),
    service({
      name: 'gateway',
      layer: 'gateway',
      purpose: 'The front door: routes, aggregates the product page, makes correlation ids',
      replicas: 2,
      calls: ['catalog', 'orders', 'inventory'],
    }),
    service({
      name: 'catalog',
      layer: 'domain',
      purpose: 'Products, descriptions and prices',
      database: true,
    }),
    service({
      name: 'orders',
      layer: 'domain',
      purpose: 'Orders and the saga that fulfils them',
      replicas: 2,
      calls: ['catalog', 'inventory', 'payments', 'shipping'],
      database: true,
      produces: [ORDER_EVENTS],
    }),
    service({
      name: 'inventory',
      layer: 'domain',
      purpose: 'Stock and reservations',
      database: true,
    }),
    service({
      name: 'payments',
      layer: 'domain',
      purpose: 'Charges and refunds, each made once',
      replicas: 2,
      database: true,
    }),
    service({
      name: 'shipping',
      layer: 'domain',
      purpose: 'Shipments and their cancellation',
      database: true,
    }),
    service({
      name: 'notifications',
      layer: 'support',
      purpose: 'Tells customers what became of their orders, once',
      database: true,
      consumes: [ORDER_EVENTS],
    }),
  ],
  resources: [
    { name: 'postgres', purpose: 'One database and one role per service' },
    { name: 'kafka', purpose: 'The event backbone' },
  ],
  topics: [
    { name: ORDER_EVENTS, partitions: 6 },
    { name: `${ORDER_EVENTS}.dlq`, partitions: 1 },
  ],
};

/** Policies that differ from the schema's defaults, by link. Values: FEATURES, "Defaults". */
export const DEFAULT_POLICIES: Readonly<Record<string, object>> = {
  'loadgen->gateway': {
    timeout: { attemptMs: 5000 },
    retry: { enabled: false },
    breaker: { enabled: false },
    bulkhead: { enabled: false },
  },
  'gateway->catalog': { bulkhead: { concurrency: 50, queue: 50 } },
  'gateway->orders': {
    timeout: { attemptMs: 3000 },
    retry: { enabled: false },
    breaker: { slowCallMs: 3000 },
    bulkhead: { concurrency: 50, queue: 50 },
  },
  'gateway->inventory': { bulkhead: { concurrency: 50, queue: 50 } },
  'orders->catalog': {},
  'orders->inventory': {},
  'orders->payments': { bulkhead: { concurrency: 10, queue: 10 } },
  'orders->shipping': {},
};

/** Load at launch: requests per second and how journeys are mixed (relative weights). */
export const DEFAULT_LOAD = {
  rps: 40,
  mix: { browse: 6, checkout: 3, history: 1 },
  seed: 7,
} as const;
