import { serviceEnvironmentSchema } from '@faultline/chassis/core';
import { TOPOLOGY, type Topology } from '@faultline/topology';
import { describe, expect, it } from 'vitest';
import { firstOf, newest } from '../trust/timed.ts';
import type { Work } from './model.ts';
import type { Placement } from './placement.ts';
import { planLaunch, planProxiesTo, portKeys, type PlanInput } from './plan.ts';
import { makeSecrets } from './secrets.ts';

const service = (name: string, more: object) => ({
  name,
  layer: 'domain' as const,
  purpose: '',
  replicas: 1,
  maxReplicas: 5,
  entry: `lab-services/${name}/src/main.ts`,
  calls: [],
  database: false,
  produces: [],
  consumes: [],
  patterns: [],
  ...more,
});

const SMALL: Topology = {
  services: [
    service('loadgen', { layer: 'load', calls: ['orders'] }),
    service('orders', { replicas: 2, calls: ['payments'], produces: ['orders.events'] }),
    service('payments', { database: true }),
  ],
  resources: [
    { name: 'postgres', purpose: '' },
    { name: 'kafka', purpose: '' },
  ],
  topics: [{ name: 'orders.events', partitions: 6 }],
};

const LOOPBACK: Placement = {
  parts: 'loopback',
  control: 'loopback',
  registryUrl: 'http://127.0.0.1:3000',
  otlpEndpoint: 'http://127.0.0.1:4318',
};

function inputFor(topology: Topology, placement = LOOPBACK): PlanInput {
  const replicas = {};
  const keys = portKeys({ topology, replicas });
  return {
    topology,
    replicas,
    ports: Object.fromEntries(keys.map((key, index) => [key, 20_000 + index])),
    secrets: {
      internalTokens: firstOf('internal-token-of-the-lab'),
      superuserPassword: 'super-secret',
      providerApiKey: 'key-of-the-merchant',
      databasePasswords: Object.fromEntries(topology.services.map((s) => [s.name, 'pass-word'])),
      workloadSeed: 'seed-of-the-workloads',
      clientGenerations: firstOf(0),
      assertionKeys: [],
    },
    placement,
    load: { enabled: true, rps: 40, mix: { browse: 6 }, seed: 7 },
  };
}

describe('the plan of a small topology', () => {
  const input = inputFor(SMALL);
  const plan = planLaunch(input);
  const instance = (id: string) => plan.instances.find((planned) => planned.id === id);
  const environment = (id: string) => environmentOf(instance(id)?.work);

  it('has one proxy per link and callee instance', () => {
    expect(plan.proxies.map(({ name, instance: to }) => `${name} ${to}`)).toEqual([
      'loadgen.orders-1 orders-1',
      'loadgen.orders-2 orders-2',
      'orders.payments-1 payments-1',
      'orders.kafka-1 kafka-1',
      'payments.postgres-1 postgres-1',
    ]);
  });

  it('leads every proxy to the port of its callee', () => {
    for (const proxy of plan.proxies) {
      expect(proxy.upstream).toEqual({ host: '127.0.0.1', port: input.ports[proxy.instance] });
      expect(proxy.listen).toEqual({ host: '127.0.0.1', port: input.ports[proxy.name] });
    }
  });

  it('connects a service to its database through its own proxy', () => {
    expect(environment('payments-1').DATABASE_URL).toBe(
      `postgresql://payments:pass-word@127.0.0.1:${input.ports['payments.postgres-1']}/payments`,
    );
  });

  it('connects a service to the broker through its own proxy', () => {
    expect(environment('orders-2')).toMatchObject({
      INSTANCE_ID: 'orders-2',
      KAFKA_BROKERS: `127.0.0.1:${input.ports['orders.kafka-1']}`,
    });
    expect(environment('catalog-1')).not.toHaveProperty('KAFKA_BROKERS');
  });

  it('starts services after what they stand on, and the load last', () => {
    expect(instance('orders-1')?.after).toEqual(['toxiproxy', 'kafka']);
    expect(instance('payments-1')?.after).toEqual(['toxiproxy', 'postgres']);
    expect(instance('loadgen-1')?.after).toEqual(['toxiproxy', 'orders', 'payments']);
  });

  it('says what the resources must hold', () => {
    expect(instance('kafka-1')?.work).toEqual({ program: 'kafka', topics: SMALL.topics });
    expect(instance('postgres-1')?.work).toEqual({
      program: 'postgres',
      superuserPassword: 'super-secret',
      databases: [{ name: 'payments', role: 'payments', password: 'pass-word' }],
    });
  });

  it('uses names where the parts have a network of their own', () => {
    const named = planLaunch(
      inputFor(SMALL, { ...LOOPBACK, parts: 'names', registryUrl: 'http://console:3100' }),
    );
    const { work } = named.instances.find(({ id }) => id === 'payments-1') ?? {};
    expect(environmentOf(work)).toMatchObject({
      HOST: '0.0.0.0',
      REGISTRY_URL: 'http://console:3100',
      DATABASE_URL: `postgresql://payments:pass-word@toxiproxy-1:${input.ports['payments.postgres-1']}/payments`,
    });
    expect(named.proxies[0]).toMatchObject({
      listen: { host: '0.0.0.0', port: input.ports['loadgen.orders-1'] },
      upstream: { host: 'orders-1', port: input.ports['orders-1'] },
    });
  });

  it('plans the proxies of one more instance alone', () => {
    const grown = { ...input, replicas: { payments: 2 } };
    const ports = { ...input.ports, 'payments-2': 21_000, 'orders.payments-2': 21_001 };
    expect(planProxiesTo({ ...grown, ports }, 'payments', 'payments-2')).toEqual([
      {
        name: 'orders.payments-2',
        link: 'orders->payments',
        instance: 'payments-2',
        listen: { host: '127.0.0.1', port: 21_001 },
        upstream: { host: '127.0.0.1', port: 21_000 },
      },
    ]);
  });

  it('is the same for the same input', () => {
    expect(planLaunch(input)).toEqual(plan);
  });
});

describe('the plan of the catalogue', () => {
  const plan = planLaunch(inputFor(TOPOLOGY));

  it('gives every service an environment that the chassis accepts', () => {
    for (const { work } of plan.instances) {
      if (work.program !== 'service') continue;
      expect(() => serviceEnvironmentSchema.parse(work.env)).not.toThrow();
    }
  });

  it('has unique ids, names and ports', () => {
    const ports = [
      ...plan.instances.map((instance) => instance.port),
      ...plan.proxies.map((proxy) => proxy.listen.port),
    ];
    expect(new Set(ports).size).toBe(ports.length);
    const names = [...plan.instances.map(({ id }) => id), ...plan.proxies.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
  });
});

function environmentOf(work: Work | undefined): Readonly<Record<string, string>> {
  return work?.program === 'service' ? work.env : {};
}

it('lets the consumers that nobody waits for stand back', () => {
  const { instances } = planLaunch(inputFor(TOPOLOGY));
  const background = instances.filter((instance) => instance.background);
  expect(background.map(({ part }) => part)).toEqual(['notifications', 'order-history']);
});

it('makes new secrets for every launch', () => {
  const [first, second] = [makeSecrets(TOPOLOGY), makeSecrets(TOPOLOGY)];
  const tokens = [first, second].map((one) => newest(one.internalTokens));
  expect(tokens[0]).not.toBe(tokens[1]);
  expect(Object.keys(first.databasePasswords)).toContain('orders');
  expect(tokens[0]?.length).toBeGreaterThanOrEqual(32);
});
