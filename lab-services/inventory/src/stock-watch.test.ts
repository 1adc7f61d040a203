import type { Chassis, StreamEvent } from '@faultline/chassis';
import { createManualClock } from '@faultline/chassis/core';
import {
  createTestRegistry,
  startPostgres,
  startTestService,
  type TestRegistry,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { service } from './service.ts';
import { createStockWatch } from './stock-watch.ts';

const level = z.object({ sku: z.string(), available: z.number(), at: z.number() });
type Level = z.infer<typeof level>;

/** How long is waited for what needs a moment: a test must not fail over a busy machine. */
const SOON = { timeout: 10_000 };

const resources = new AsyncDisposableStack();
const instances: TestService[] = [];
let registry: TestRegistry;
let chassis: Chassis;
let environment: Record<string, string>;

const startInventory = () =>
  startTestService(service, { ...environment, KAFKA_BROKERS: '127.0.0.1:9' });

beforeAll(async () => {
  const postgres = resources.use(await startPostgres());
  environment = { DATABASE_URL: await postgres.createDatabase('inventory') };
  for (let count = 0; count < 2; count += 1) {
    instances.push(resources.use(await startInventory()));
  }
  registry = resources.use(await createTestRegistry());
  resources.use(
    await startTestService(
      {
        name: 'catalog',
        calls: ['inventory'],
        build(given) {
          chassis = given;
          return {};
        },
      },
      { REGISTRY_URL: registry.url },
    ),
  );
  registry.setLink('catalog->inventory', [instances[0]!.url], {
    retry: { baseDelayMs: 10, maxDelayMs: 50 },
    // One that opens would stay open for longer than a test waits.
    breaker: { enabled: false },
  });
});
afterAll(() => resources.disposeAsync());

/** Collects what a watch of `skus` tells until it is called off. */
function watch(skus: readonly string[]) {
  const events: StreamEvent<Level>[] = [];
  const end = new AbortController();
  const stream = chassis.link('inventory').stream({
    operation: 'watch stock',
    call: {
      proto: new URL('../proto/inventory.v1.proto', import.meta.url),
      service: 'inventory.v1.Inventory',
      method: 'WatchStock',
      message: { skus },
    },
    message: level,
    signal: end.signal,
  });
  const done = (async () => {
    for await (const event of stream) events.push(event);
  })();
  return {
    events,
    levels: (sku: string) =>
      events.flatMap((event) =>
        event.kind === 'message' && event.message.sku === sku ? [event.message.available] : [],
      ),
    kinds: () => events.map(({ kind }) => kind).filter((kind) => kind !== 'message'),
    async [Symbol.asyncDispose]() {
      end.abort();
      await done;
    },
  };
}

async function reserve(at: TestService, orderId: string, sku: string): Promise<void> {
  const answer = await fetch(`${at.url}/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, items: [{ sku, quantity: 1 }] }),
  });
  expect(answer.status).toBe(201);
}

describe('a watch of the stock', () => {
  it('tells the products asked for as they are, then what this instance moves', async () => {
    await using watching = watch(['P-0001', 'P-0002']);
    await expect.poll(() => watching.levels('P-0001'), SOON).toEqual([1_000_000]);
    await expect.poll(() => watching.levels('P-0002'), SOON).toEqual([1_000_000]);
    await reserve(instances[0]!, 'watch-1', 'P-0001');
    await expect.poll(() => watching.levels('P-0001'), SOON).toEqual([1_000_000, 999_999]);
    expect(watching.levels('P-0002')).toEqual([1_000_000]);
    expect(watching.levels('P-0003')).toEqual([]);
  });

  it('tells what another instance moves', async () => {
    await using watching = watch(['P-0003']);
    await expect.poll(() => watching.levels('P-0003'), SOON).toEqual([1_000_000]);
    await reserve(instances[1]!, 'watch-2', 'P-0003');
    await expect.poll(() => watching.levels('P-0003'), SOON).toEqual([1_000_000, 999_999]);
  });

  it('tells of every product if none is named', async () => {
    await using watching = watch([]);
    await expect.poll(() => watching.events.length, SOON).toBe(41);
  });

  it('moves to another instance when its own ends, and begins anew', async () => {
    const doomed = await startInventory();
    registry.setLink('catalog->inventory', [doomed.url]);
    await expect
      .poll(async () => {
        const request = { method: 'GET', path: '/stock', query: { skus: 'P-0004' } } as const;
        await chassis
          .link('inventory')
          .call({ operation: 'stock', ...request, response: z.unknown() });
        return doomed.logs.some((line) => line['http.route'] === '/stock');
      }, SOON)
      .toBe(true);
    await using watching = watch(['P-0004']);
    await expect.poll(() => watching.levels('P-0004'), SOON).toEqual([1_000_000]);
    await doomed.close();
    registry.setLink('catalog->inventory', [instances[0]!.url]);
    await expect.poll(() => watching.kinds(), SOON).toEqual(['opened', 'lost', 'opened']);
    await expect.poll(() => watching.levels('P-0004'), SOON).toEqual([1_000_000, 1_000_000]);
  });

  it('refuses a message that names no product as one', async () => {
    const refused = async () => {
      await using watching = watch(['no sku']);
      await expect
        .poll(() => instances[0]!.logs.at(-1), SOON)
        .toMatchObject({ 'rpc.grpc.status_code': 3 });
      return watching.kinds();
    };
    expect(await refused()).toEqual([]);
  });
});

describe('what watches the stock', () => {
  /** A watch over a shelf that a test fills, and a clock that it moves. */
  function open() {
    const clock = createManualClock();
    const shelf = { available: 10, reads: 0 };
    const stock = createStockWatch({
      chassis: { clock, log: { warn: () => undefined } as unknown as Chassis['log'] },
      reservations: {
        async findAllStock() {
          shelf.reads += 1;
          return [{ sku: 'P-0001', available: shelf.available }];
        },
      },
    });
    stock.start();
    const end = new AbortController();
    const reader = stock.watch([], end.signal)[Symbol.asyncIterator]();
    const close = async () => {
      end.abort();
      await reader.next();
    };
    return { clock, shelf, stock, reader, close };
  }

  it('gives a slow reader the newest level of a product, and no more than that', async () => {
    const { clock, shelf, stock, reader, close } = open();
    expect((await reader.next()).value).toMatchObject({ available: 10 });
    for (const available of [9, 8, 7]) {
      shelf.available = available;
      stock.changed();
      await clock.advance(1_000);
    }
    expect((await reader.next()).value).toEqual({ sku: 'P-0001', available: 7, at: 2_250 });
    await close();
    await stock[Symbol.asyncDispose]();
  });

  it('looks four times a second at most while much is moved, once while nothing is', async () => {
    const { clock, shelf, stock, reader, close } = open();
    await reader.next();
    const before = shelf.reads;
    await clock.advance(5_000);
    expect(shelf.reads - before).toBe(5);
    for (let moved = 0; moved < 100; moved += 1) {
      stock.changed();
      await clock.advance(10);
    }
    expect(shelf.reads - before).toBeLessThanOrEqual(5 + 5);
    await close();
    await stock[Symbol.asyncDispose]();
  });

  it('does not look while nobody watches', async () => {
    const { clock, shelf, stock, reader, close } = open();
    await clock.advance(60_000);
    expect(shelf.reads).toBe(0);
    await reader.next();
    await close();
    await clock.advance(2_000);
    const before = shelf.reads;
    stock.changed();
    await clock.advance(60_000);
    expect(shelf.reads).toBe(before);
    await stock[Symbol.asyncDispose]();
  });
});
