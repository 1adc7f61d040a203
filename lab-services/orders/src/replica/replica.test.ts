import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineService, type Chassis, type DomainEvent } from '@faultline/chassis';
import { initialServicePolicy } from '@faultline/chassis/core';
import {
  answerWith,
  createTestRegistry,
  createUpstream,
  reset,
  startPostgres,
  startTestService,
  type TestRegistry,
  type TestService,
  type TestUpstream,
} from '@faultline/chassis/testing';
import { createBroker } from '@faultline/kafka-broker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPriceList, type PriceList } from '../order/price-list.ts';
import { createCatalogEventsConsumer } from './catalog-events-consumer.ts';
import { listReplica } from './product-replica.ts';

const resources = new AsyncDisposableStack();
let catalog: TestUpstream;
let registry: TestRegistry;
let shop: Chassis;
let orders: Chassis;
let prices: PriceList;

/** The catalog's events and its answers come from here; everything in between is real. */
beforeAll(async () => {
  const postgres = resources.use(await startPostgres());
  const folder = await mkdtemp(join(tmpdir(), 'faultline-replica-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const topics = [{ name: 'catalog.events', partitions: 2 }, { name: 'catalog.events.dlq' }];
  const broker = resources.use(await createBroker({ port: 0, dataDir: folder, topics }));
  const brokers = { KAFKA_BROKERS: `${broker.host}:${broker.port}` };
  catalog = resources.use(await createUpstream(reset));
  registry = resources.use(await createTestRegistry());
  registry.setLink('orders->catalog', [catalog.port], {
    retry: { enabled: false },
    breaker: { enabled: false },
    ejection: { enabled: false },
  });
  const start = (name: string, calls: string[], given: (chassis: Chassis) => TestServiceParts) =>
    startTestService(
      defineService({
        name,
        calls,
        events: true,
        ...(name === 'orders' ? { migrations: new URL('../migrations/', import.meta.url) } : {}),
        build: given,
      }),
      { ...brokers, REGISTRY_URL: registry.url, ...database },
    );
  const database = { DATABASE_URL: await postgres.createDatabase('orders') };
  const services: TestService[] = [
    await start('shop', [], (chassis) => {
      shop = chassis;
      return {};
    }),
    await start('orders', ['catalog'], (chassis) => {
      orders = chassis;
      prices = createPriceList(chassis, chassis.link('catalog'), chassis.database);
      return { consumers: [createCatalogEventsConsumer(chassis)] };
    }),
  ];
  for (const service of services) resources.use(service);
});

type TestServiceParts = Awaited<ReturnType<Parameters<typeof defineService>[0]['build']>>;

afterAll(() => resources.disposeAsync());

let events = 0;

function changed(sku: string, version: number, priceCents: number): DomainEvent {
  return {
    id: `event-${++events}`,
    type: version === 1 ? 'product.created' : 'product.changed',
    version: 1,
    occurredAt: version,
    key: sku,
    correlationId: 'c',
    payload: { sku, name: `Product ${sku}`, priceCents, currency: 'EUR', version },
  };
}

const send = (...told: DomainEvent[]) => shop.producer.send('catalog.events', told);

/** The copy of a product once its version is `version`. */
async function copyOf(sku: string, version: number) {
  for (;;) {
    const row = (await listReplica(orders.database, 100)).find((product) => product.sku === sku);
    if (row?.version === version) return row;
    await orders.clock.sleep(20);
  }
}

async function switchReplica(enabled: boolean): Promise<void> {
  registry.set({ service: initialServicePolicy(['replica'], { replica: { enabled } }) });
  while (orders.policy('replica').enabled !== enabled) await orders.clock.sleep(5);
}

describe('the local copy of the catalog', () => {
  it('prices orders while the catalog is away', async () => {
    await send(changed('P-0001', 1, 4_900), changed('P-0002', 1, 1_250));
    await copyOf('P-0001', 1);
    await copyOf('P-0002', 1);
    const asked = catalog.requests.length;
    expect(await prices.of(['P-0001', 'P-0002'])).toMatchObject({ kind: 'priced' });
    expect(catalog.requests).toHaveLength(asked);
  });

  it('goes by version: an older event that comes late changes nothing', async () => {
    await send(changed('P-0001', 3, 5_300));
    await send(changed('P-0001', 2, 5_100));
    await send(changed('P-0001', 4, 5_400));
    expect(await copyOf('P-0001', 4)).toMatchObject({ priceCents: 5_400 });
    await send(changed('P-0001', 2, 5_100), changed('P-0002', 2, 1_300));
    // Both lie in order in their partitions or in one; a last event of each tells that all were read.
    await send(
      changed('P-0001', 1, 4_900),
      changed('P-0001', 5, 5_500),
      changed('P-0002', 3, 1_400),
    );
    expect(await copyOf('P-0001', 5)).toMatchObject({ priceCents: 5_500 });
    expect(await copyOf('P-0002', 3)).toMatchObject({ priceCents: 1_400 });
  });

  it('asks the catalog for a product it does not have, and remembers the answer', async () => {
    expect(await prices.of(['P-0001', 'P-0003'])).toMatchObject({ kind: 'unavailable' });
    const product = {
      sku: 'P-0003',
      name: 'Tea towel',
      priceCents: 950,
      currency: 'EUR',
      version: 7,
    };
    catalog.answer = answerWith(200, { products: [product] });
    expect(await prices.of(['P-0001', 'P-0003'])).toMatchObject({ kind: 'priced' });
    expect(catalog.requests.at(-1)?.url).toBe('/products?skus=P-0003');
    catalog.answer = reset;
    const answer = await prices.of(['P-0003']);
    expect(answer.kind === 'priced' && answer.prices.get('P-0003')).toMatchObject({
      priceCents: 950,
    });
  });

  it('says which product nobody knows', async () => {
    catalog.answer = answerWith(200, { products: [] });
    expect(await prices.of(['P-0001', 'P-9999'])).toEqual({
      kind: 'unknown-product',
      sku: 'P-9999',
    });
    catalog.answer = reset;
  });

  it('is not used when it is switched off: no catalog, no prices; switched on, all is well', async () => {
    await switchReplica(false);
    expect(await prices.of(['P-0001'])).toMatchObject({ kind: 'unavailable' });
    const product = { sku: 'P-0001', name: 'Kettle', priceCents: 1, currency: 'EUR', version: 9 };
    catalog.answer = answerWith(200, { products: [product] });
    const asked = await prices.of(['P-0001']);
    expect(asked.kind === 'priced' && asked.prices.get('P-0001')).toMatchObject({ priceCents: 1 });
    catalog.answer = reset;
    await switchReplica(true);
    const copied = await prices.of(['P-0001']);
    expect(copied.kind === 'priced' && copied.prices.get('P-0001')).toMatchObject({
      priceCents: 5_500,
    });
  });
});
