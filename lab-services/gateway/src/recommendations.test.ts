import {
  createTestIdentity,
  createTestRegistry,
  createUpstream,
  startTestService,
  testWorkloadToken,
  type TestIdentity,
  type TestRegistry,
  type TestService,
  type TestUpstream,
} from '@faultline/chassis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PERSONAL_FLAG } from './recommendations.ts';
import { service as gateway } from './service.ts';

const resources = new AsyncDisposableStack();
let identity: TestIdentity;
let registry: TestRegistry;
let recommendations: TestUpstream;
let service: TestService;

beforeAll(async () => {
  identity = resources.use(await createTestIdentity());
  registry = resources.use(await createTestRegistry());
  const answer = (body: unknown) =>
    createUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  const product = { sku: 'P-0001', name: 'Tea', description: '', priceCents: 1, currency: 'EUR' };
  recommendations = resources.use(await answer({ basis: 'similar', products: [] }));
  const catalog = resources.use(await answer(product));
  const inventory = resources.use(await answer({ stock: [] }));
  registry.setLink('gateway->identity', [identity.port]);
  registry.setLink('gateway->recommendations', [recommendations.port]);
  registry.setLink('gateway->catalog', [catalog.port]);
  registry.setLink('gateway->inventory', [inventory.port]);
  registry.setWorkload('gateway-1', identity.workload());
  setFlag({ percentage: 100 });
  service = resources.use(
    await startTestService(gateway, {
      REGISTRY_URL: registry.url,
      IDENTITY_ISSUER: identity.issuer,
      WORKLOAD_TOKEN: testWorkloadToken('gateway-1'),
    }),
  );
  while ((await fetch(`${service.url}/ready`)).status !== 200) await tick();
});

afterAll(() => resources.disposeAsync());

function setFlag(parts: { enabled?: boolean; percentage: number }): void {
  registry.set({
    flags: [{ key: PERSONAL_FLAG, purpose: '', enabled: true, users: [], ...parts }],
  });
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 10));

/** Whose purchases the recommendations of a page rest on; null for nobody's. */
async function userAskedFor(authorization?: string): Promise<string | null> {
  const headers = authorization === undefined ? {} : { authorization };
  const page = await fetch(`${service.url}/v1/products/P-0001`, { headers });
  expect(page.status).toBe(200);
  const asked = recommendations.requests.findLast(({ url }) => url?.startsWith('/recommendations'));
  return new URL(asked?.url ?? '', 'http://any').searchParams.get('user');
}

it('recommendations rest on the purchases of who is logged in and has the flag', async () => {
  const user = { id: 'customer-001', roles: ['customer' as const] };
  const bearer = `Bearer ${await identity.token({ audience: 'gateway', user })}`;
  expect(await userAskedFor(bearer)).toBe('customer-001');
  // Everybody may look, also with a token that is no good: they are nobody then.
  expect(await userAskedFor()).toBeNull();
  expect(await userAskedFor('Bearer nonsense')).toBeNull();
  setFlag({ percentage: 100, enabled: false });
  while ((await userAskedFor(bearer)) !== null) await tick();
  setFlag({ percentage: 100 });
  while ((await userAskedFor(bearer)) === null) await tick();
});
