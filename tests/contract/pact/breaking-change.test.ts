import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { service as catalog } from '@faultline/catalog';
import { createUpstream } from '@faultline/chassis/testing';
import { MatchersV3 } from '@pact-foundation/pact';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify, writePact, type HttpContract } from './http-contract.ts';
import { startParticipant } from './provider.ts';

const { integer, like } = MatchersV3;

describe('a provider that changes its answer', () => {
  let folder = '';
  const contract: HttpContract = {
    consumer: 'reader',
    provider: 'catalog',
    expectations: [],
    startProvider: () => Promise.reject(new Error('started by the test')),
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faultline-pact-'));
    await writePact(
      contract,
      {
        description: 'the price of a product',
        given: 'product P-0001 exists',
        request: { method: 'GET', path: '/products/P-0001' },
        response: { status: 200, body: { sku: like('P-0001'), priceCents: integer(100) } },
        async exercise(url) {
          await (await fetch(`${url}/products/P-0001`)).json();
        },
      },
      folder,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The real catalog, its answers changed on the way. */
  async function verifyChanged(change: (product: Record<string, unknown>) => unknown) {
    await using provider = await startParticipant(catalog);
    await using changed = await createUpstream((request, response) => {
      void (async () => {
        const answer = await fetch(`${provider.url}${request.url}`);
        const product = (await answer.json()) as Record<string, unknown>;
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(change(product)));
      })();
    });
    const states = { 'product P-0001 exists': async () => undefined };
    const url = `http://127.0.0.1:${changed.port}`;
    const running = { url, states, [Symbol.asyncDispose]: async () => undefined };
    return await verify(contract, running, folder);
  }

  it('passes as long as consumers can bear it: a new field', async () => {
    await expect(verifyChanged((product) => ({ ...product, weightG: 5 }))).resolves.toBeDefined();
  });

  it('is found out when a field goes away', async () => {
    const broken = verifyChanged(({ priceCents: _, ...product }) => product);
    await expect(broken).rejects.toThrow(/priceCents/);
  });

  it('is found out when a field changes its type', async () => {
    const broken = verifyChanged((product) => ({ ...product, priceCents: '12.90' }));
    await expect(broken).rejects.toThrow(/priceCents/);
  });
});
