import {
  startPostgres,
  startTestService,
  TEST_INTERNAL_TOKEN,
  type TestPostgres,
  type TestService,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '../product.ts';
import { service as catalog } from '../service.ts';
import { PHASES } from './phase.ts';
import type { SchemaStatus } from './schema-change.ts';

const headers = {
  authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
  'content-type': 'application/json',
};
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** Two instances of the catalog on one database, as they run side by side. */
async function startTwo(database: string) {
  const url = await postgres.createDatabase(database);
  const start = (number: number) =>
    startTestService(catalog, {
      DATABASE_URL: url,
      INSTANCE_ID: `catalog-${number}`,
      // Nobody listens there: events wait in the outbox.
      KAFKA_BROKERS: '127.0.0.1:9',
    });
  return [await start(1), await start(2)] as const;
}

async function moveTo({ url }: TestService, phase: string) {
  const body = JSON.stringify({ phase });
  const answer = await fetch(`${url}/internal/schema/phase`, { method: 'POST', headers, body });
  return {
    status: answer.status,
    body: (await answer.json()) as SchemaStatus & { code?: string; detail?: string },
  };
}

/** Reads and changes of prices on both instances until it is stopped. */
function startLoad(instances: readonly TestService[]) {
  const failures: string[] = [];
  const written = new Map<string, number>();
  let requests = 0;
  let going = true;
  const ask = async (what: string, url: string, init?: RequestInit): Promise<unknown> => {
    requests++;
    const response = await fetch(url, init);
    const body = await response.json();
    if (response.status !== 200) failures.push(`${what}: ${response.status}`);
    return body;
  };
  const worker = async ({ url }: TestService, number: number) => {
    for (let round = 1; going; round++) {
      // A product of its own for every worker: it knows what its price must be.
      const sku = `P-00${10 + number}`;
      const priceCents = 1_000 * number + (round % 900) + 1;
      const body = JSON.stringify({ priceCents });
      await ask('change', `${url}/internal/products/${sku}`, { method: 'PATCH', headers, body });
      written.set(sku, priceCents);
      const other = instances[round % instances.length]!;
      const name = JSON.stringify({ name: `Product ${round}` });
      await ask('rename', `${other.url}/internal/products/${sku}`, {
        method: 'PATCH',
        headers,
        body: name,
      });
      const read = (await ask('read', `${other.url}/products/${sku}`)) as Product;
      if (read.priceCents !== priceCents)
        failures.push(`${sku}: ${read.priceCents} for ${priceCents}`);
      const { products = [] } = (await ask('list', `${url}/products?limit=100`)) as {
        products?: Product[];
      };
      if (products.length !== 40) failures.push(`list: ${products.length} products`);
    }
  };
  const workers = [0, 1, 2, 3].map((number) => worker(instances[number % 2]!, number + 1));
  return {
    failures,
    written,
    requests: () => requests,
    /** Resolves after so many more requests. */
    async more(count: number) {
      const until = requests + count;
      while (requests < until) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async stop() {
      going = false;
      await Promise.all(workers);
    },
  };
}

describe('a change of the schema while two instances serve', () => {
  it('fails no request when it goes in phases, back and forth, and loses no price', async () => {
    const [first, second] = await startTwo('phases');
    const load = startLoad([first, second]);
    await load.more(50);
    const walk = [
      'expand',
      'dual-write',
      'expand',
      'dual-write',
      'backfill',
      'read-new',
      'backfill',
      'read-new',
      'contract',
      'read-new',
      'contract',
      'read-new',
      'backfill',
      'dual-write',
      'expand',
      'before',
    ];
    for (const [step, phase] of walk.entries()) {
      const { status, body } = await moveTo(step % 2 ? first : second, phase);
      expect([phase, status, body.detail, body.phase, body.settled]).toEqual([
        phase,
        200,
        undefined,
        phase,
        true,
      ]);
      if (phase === 'backfill') expect(body.backfill).toEqual({ done: 40, total: 40 });
      await load.more(20);
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.requests()).toBeGreaterThan(200);
    const answer = await fetch(`${second.url}/products?limit=100`);
    const { products } = (await answer.json()) as { products: Product[] };
    for (const [sku, priceCents] of load.written) {
      expect(products.find((product) => product.sku === sku)).toMatchObject({ priceCents });
    }
    await first.close();
    await second.close();
  }, 180_000);

  it('fails requests when it is made all at once, until every instance knows', async () => {
    const [first, second] = await startTwo('naive');
    const load = startLoad([first, second]);
    await load.more(50);
    expect(load.failures).toEqual([]);
    expect((await moveTo(first, 'all-at-once')).body).toMatchObject({ phase: 'contract' });
    while (load.failures.length === 0) await load.more(1);
    expect(load.failures[0]).toContain('500');
    for (let before = -1; before !== load.failures.length; await load.more(60))
      before = load.failures.length;
    await load.stop();
    await first.close();
    await second.close();
  }, 180_000);

  it('goes from neighbour to neighbour only', async () => {
    const [first, second] = await startTwo('steps');
    for (const phase of PHASES.slice(2)) {
      expect(await moveTo(first, phase)).toMatchObject({
        status: 409,
        body: { detail: `from before there is no step to ${phase}` },
      });
    }
    expect((await moveTo(first, 'expand')).body.next).toEqual(['before', 'dual-write']);
    expect(await moveTo(second, 'all-at-once')).toMatchObject({
      status: 409,
      body: { code: 'schema-phase-refused' },
    });
    expect((await moveTo(second, 'before')).body).toMatchObject({ phase: 'before', settled: true });
    await first.close();
    await second.close();
  }, 180_000);
});
