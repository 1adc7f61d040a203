import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Chassis, RpcService, StreamEvent } from '../service.ts';
import {
  createTestRegistry,
  startTestService,
  TEST_INTERNAL_TOKEN,
  testWorkloadToken,
  type TestFault,
  type TestRegistry,
  type TestService,
} from '../testing/index.ts';

const PROTO = `syntax = "proto3";
package shelf.v1;
service Shelf {
  rpc Count(Item) returns (Stock);
  rpc Watch(Item) returns (stream Stock);
}
message Item { string sku = 1; }
message Stock { string sku = 1; int32 available = 2; }`;

const OPERATION = 'shelf.v1.Shelf/Count';
const stockSchema = z.object({ sku: z.string(), available: z.int() });
const resources = new AsyncDisposableStack();
let registry: TestRegistry;
let shelf: TestService;
let caller: Chassis;
let contract: { proto: URL; service: string };
let counted = 0;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-shelf-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'shelf.proto'), PROTO);
  contract = { proto: pathToFileURL(join(folder, 'shelf.proto')), service: 'shelf.v1.Shelf' };
  registry = resources.use(await createTestRegistry());
  const rpc: RpcService = {
    ...contract,
    methods: {
      Count: {
        access: 'public',
        async handle() {
          counted++;
          return { sku: 'P-0001', available: 40 };
        },
      },
      Watch: {
        access: 'public',
        stream: async (_message, { signal }) =>
          (async function* () {
            yield { sku: 'P-0001', available: 40 };
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          })(),
      },
    },
  };
  const REGISTRY_URL = registry.url;
  shelf = resources.use(
    await startTestService(
      { name: 'shelf', calls: [], build: () => ({ rpc }) },
      { REGISTRY_URL, WORKLOAD_TOKEN: testWorkloadToken('shelf-1') },
    ),
  );
  registry.setWorkload('shelf-1', {
    ...{ clientSecret: 'client-secret-of-the-shelf', internalTokens: [TEST_INTERNAL_TOKEN] },
  });
  resources.use(
    await startTestService(
      {
        name: 'caller',
        calls: ['shelf'],
        build(given) {
          caller = given;
          return {};
        },
      },
      { REGISTRY_URL },
    ),
  );
  registry.setLink('caller->shelf', [shelf.url], {
    retry: { enabled: false },
    breaker: { enabled: false },
  });
  // The library is loaded with the first call.
  await vi.waitFor(async () => expect(await count()).toMatchObject(GOOD), { timeout: 10_000 });
});
afterAll(() => resources.disposeAsync());

const count = () =>
  caller.link('shelf').unary({
    operation: 'count',
    call: { ...contract, method: 'Count', message: { sku: 'P-0001' } },
    response: stockSchema,
    idempotent: true,
  });

async function tell(...faults: TestFault[]): Promise<void> {
  registry.setFaults('shelf-1', faults);
  const report = async () => {
    const answer = await fetch(`${shelf.url}/internal/faults`, {
      headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` },
    });
    return ((await answer.json()) as { faults: { id: string }[] }).faults.map(({ id }) => id);
  };
  await expect.poll(report).toEqual(faults.map(({ id }) => id));
}

const GOOD = { kind: 'ok', body: { sku: 'P-0001', available: 40 } };

test.each<[string, TestFault, object]>([
  [
    'UNAVAILABLE',
    { id: 'f', kind: 'application.error' },
    { kind: 'failed', reason: 'server-error' },
  ],
  [
    'INTERNAL',
    { id: 'f', kind: 'application.exception' },
    { kind: 'failed', reason: 'server-error' },
  ],
  [
    'a wrong quantity',
    { id: 'f', kind: 'application.wrong-answer', operation: OPERATION },
    { kind: 'ok', body: { sku: 'P-0001', available: 44 } },
  ],
])('%s over gRPC, and none of it afterwards', async (_what, fault, expected) => {
  counted = 0;
  await tell(fault);
  expect(await count()).toMatchObject(expected);
  expect(counted).toBe(fault.kind === 'application.error' ? 0 : 1);
  await tell();
  expect(await count()).toMatchObject(GOOD);
});

test('latency over gRPC, and none of it afterwards', async () => {
  const took = async () => {
    const startedMs = performance.now();
    expect(await count()).toMatchObject(GOOD);
    return performance.now() - startedMs;
  };
  await tell({ id: 'f', kind: 'application.latency', latencyMs: 400 });
  expect(await took()).toBeGreaterThan(395);
  await tell();
  expect(await took()).toBeLessThan(395);
});

test('a stream goes wrong message by message', async () => {
  await tell({ id: 'f', kind: 'application.wrong-answer' });
  const end = new AbortController();
  const stream = caller.link('shelf').stream({
    operation: 'watch',
    call: { ...contract, method: 'Watch', message: { sku: 'P-0001' } },
    message: stockSchema,
    signal: end.signal,
  });
  const seen: StreamEvent<z.infer<typeof stockSchema>>[] = [];
  for await (const event of stream) {
    seen.push(event);
    if (event.kind === 'message') break;
  }
  end.abort();
  expect(seen.at(-1)).toEqual({ kind: 'message', message: { sku: 'P-0001', available: 44 } });
  await tell();
});
