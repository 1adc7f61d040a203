import {
  createTestIdentity,
  createTestRegistry,
  startTestService,
  testWorkloadToken,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueLeaf, LEAF_LIFE_MS, makeAuthority } from './authority.ts';

type Definition = Parameters<typeof startTestService>[0];
type Chassis = Parameters<Definition['build']>[0];
type Rpc = NonNullable<Awaited<ReturnType<Definition['build']>>['rpc']>;

const SOON = { timeout: 10_000 };
const authority = makeAuthority(Date.now());
const contract = {
  proto: new URL('../../../../lab-services/inventory/proto/inventory.v1.proto', import.meta.url),
  service: 'inventory.v1.Inventory',
};
const resources = new AsyncDisposableStack();
/** Callers by instance. */
const callers: Record<string, Chassis> = {};
/** Who the handlers took the caller for. */
const seen: (string | undefined)[] = [];

const call = (from: string, operation = 'stock') =>
  callers[from]!.link('inventory').unary({
    operation,
    call: { ...contract, method: 'CheckStock', message: { skus: ['P-0001'] } },
    idempotent: true,
    response: z.object({ stock: z.array(z.object({ available: z.number() })) }),
  });

beforeAll(async () => {
  const registry = resources.use(await createTestRegistry());
  const identity = resources.use(await createTestIdentity());

  async function start(
    definition: Definition,
    certificateOf: string | undefined,
    withToken = true,
  ): Promise<number> {
    const instance = `${definition.name}-1`;
    const leaf = certificateOf && {
      ...issueLeaf(authority, { service: certificateOf, instance }, Date.now(), LEAF_LIFE_MS),
      authorities: authority.certificate,
    };
    registry.setWorkload(instance, identity.workload(leaf ? { tls: leaf } : {}));
    registry.setLink(`${definition.name}->identity`, [identity.port]);
    const service = resources.use(
      await startTestService(definition, {
        REGISTRY_URL: registry.url,
        WORKLOAD_TOKEN: testWorkloadToken(instance),
        ...(withToken ? { IDENTITY_ISSUER: identity.issuer } : {}),
      }),
    );
    return service.port;
  }

  const rpcOf = (chassis: Chassis): Rpc => ({
    ...contract,
    methods: {
      CheckStock: {
        access: { scopes: ['inventory:read'] },
        async handle() {
          seen.push(chassis.context()?.caller);
          return { stock: [{ sku: 'P-0001', available: 7 }] };
        },
      },
      WatchStock: {
        access: { scopes: ['inventory:read'] },
        async stream(_message, { signal }) {
          return (async function* () {
            yield { sku: 'P-0001', available: 7, at: 1 };
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          })();
        },
      },
    },
  });
  const inventory = { name: 'inventory', calls: [] };
  const port = await start(
    { ...inventory, build: (chassis) => ({ rpc: rpcOf(chassis) }) },
    'inventory',
  );
  const caller = (name: string): Definition => ({
    name,
    calls: ['inventory'],
    build(chassis) {
      callers[name] = chassis;
      return {};
    },
  });
  await start(caller('orders'), 'orders');
  await start(caller('shipping'), 'shipping');
  // Its certificate is another's.
  await start(caller('gateway'), 'orders');
  await start(caller('catalog'), 'catalog', false);
  for (const name of ['orders', 'shipping', 'gateway', 'catalog']) {
    registry.setLink(`${name}->inventory`, [port], {
      retry: { baseDelayMs: 10, maxDelayMs: 50 },
      breaker: { enabled: false },
    });
  }
  const { assertionKeys } = identity;
  const trust = { callers: ['orders', 'catalog', 'gateway'], assertionKeys };
  registry.set({ trust: { mtls: false, ...trust } });
  // The issuer of tests speaks plaintext: everybody has keys and tokens before the switch.
  for (const name of ['orders', 'shipping', 'gateway']) {
    while ((await call(name)).kind !== 'ok') await callers[name]!.clock.sleep(10);
  }
  registry.set({ trust: { mtls: true, ...trust }, tls: 'mutual' });
});
afterAll(() => resources.disposeAsync());

describe('gRPC over mutual TLS', () => {
  it('serves a caller whose certificate and token name the same service', async () => {
    await expect
      .poll(() => call('orders'), SOON)
      .toMatchObject({ kind: 'ok', body: { stock: [{ available: 7 }] } });
    expect(seen.at(-1)).toBe('orders');
  });

  it.each([
    ['a certificate of somebody who may not call', 'shipping', 403, 'caller-refused'],
    ['a token that is not the certificate’s', 'gateway', 403, 'caller-mismatch'],
    ['a certificate and no token', 'catalog', 401, 'token-required'],
  ])('refuses %s', async (_what, from, status, code) => {
    await expect
      .poll(() => call(from), SOON)
      .toMatchObject({ kind: 'refused', status, problem: { code } });
    const before = seen.length;
    expect(await call(from)).toMatchObject({ kind: 'refused' });
    expect(seen.length).toBe(before);
  });

  it('carries a stream', async () => {
    const end = new AbortController();
    const stream = callers['orders']!.link('inventory').stream({
      operation: 'watch stock',
      call: { ...contract, method: 'WatchStock', message: { skus: [] } },
      message: z.object({ sku: z.string(), available: z.number() }),
      signal: end.signal,
    });
    for await (const event of stream) {
      if (event.kind !== 'message') continue;
      expect(event.message).toMatchObject({ sku: 'P-0001', available: 7 });
      end.abort();
    }
  });
});
