import { createTestRegistry, startTestService } from '@faultline/chassis/testing';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { RedSnapshot } from '../contract/index.ts';
import { eventually, startTestCollector } from '../testing/running.ts';

type Definition = Parameters<typeof startTestService>[0];
type Chassis = Parameters<Definition['build']>[0];

const contract = {
  proto: new URL('../../../lab-services/inventory/proto/inventory.v1.proto', import.meta.url),
  service: 'inventory.v1.Inventory',
};

it('counts calls over gRPC by operation and link, with their errors', async () => {
  await using resources = new AsyncDisposableStack();
  const observer = resources.use(await startTestCollector());
  const registry = resources.use(await createTestRegistry());
  const exporters = () => ({
    spans: new OTLPTraceExporter({ url: `${observer.collector.httpUrl}/v1/traces` }),
    logs: {
      export: (_: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
      shutdown: async () => undefined,
    },
  });
  const start = async (definition: Definition) =>
    resources.use(
      await startTestService(
        definition,
        { REGISTRY_URL: registry.url },
        {
          exporters: exporters(),
        },
      ),
    );
  const inventory = await start({
    name: 'inventory',
    calls: [],
    build: () => ({
      rpc: {
        ...contract,
        methods: {
          ReserveStock: {
            access: 'public',
            async handle(message) {
              const { sku } = message as { sku: string };
              if (sku === 'P-0666') throw new Error('the shelf fell over');
              return { success: true, reservationId: 'order-1' };
            },
          },
          WatchStock: {
            access: 'public',
            stream: async () => (async function* () {})(),
          },
        },
      },
    }),
  });
  let chassis: Chassis | undefined;
  await start({
    name: 'orders',
    calls: ['inventory'],
    build(given) {
      chassis = given;
      return {};
    },
  });
  registry.setLink('orders->inventory', [inventory.port], { retry: { enabled: false } });
  const reserve = (sku: string) =>
    chassis!.link('inventory').unary({
      operation: 'reserve stock',
      call: { ...contract, method: 'ReserveStock', message: { sku, quantity: 1 } },
      idempotent: true,
      response: z.object({ success: z.boolean() }),
    });
  await eventually(
    () => reserve('P-0001'),
    ({ kind }) => kind === 'ok',
  );
  expect(await reserve('P-0666')).toMatchObject({ kind: 'failed', reason: 'server-error' });

  const operation = 'inventory.v1.Inventory/ReserveStock';
  const { services, links } = await eventually(
    () => observer.get<RedSnapshot>('/api/red?window=60s'),
    (red) =>
      red.services?.some((one) => one.operation === operation && one.errorRatio > 0) &&
      red.links.some(({ link, errorRatio }) => link === 'orders->inventory' && errorRatio > 0),
  );
  expect(services.find((one) => one.operation === operation)).toMatchObject({
    service: 'inventory',
    errorRatio: 0.5,
  });
  expect(links.find(({ link }) => link === 'orders->inventory')).toMatchObject({
    from: 'orders',
    to: 'inventory',
  });
});
