import { expect, test } from 'vitest';
import { EVENT } from '../core/index.ts';
import { createTestRegistry, testWorkloadToken } from '../testing/registry.ts';
import { startTestService, TEST_INTERNAL_TOKEN } from '../testing/service.ts';

const FORMER = 'the-token-before-the-rotation';
const LATEST = 'the-token-after-the-rotation';

test('what is internal opens to every token that is good now, and to the one at launch no more', async () => {
  await using registry = await createTestRegistry();
  await using service = await startTestService(
    { name: 'shelf', calls: [], build: () => ({ audit: async () => ({}) }) },
    { REGISTRY_URL: registry.url, WORKLOAD_TOKEN: testWorkloadToken('shelf-1') },
  );
  const open = async () => {
    const ask = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${service.url}/internal/audit`, { headers })).status;
    };
    return Promise.all([TEST_INTERNAL_TOKEN, FORMER, LATEST].map(ask));
  };
  const tell = (...internalTokens: string[]) =>
    registry.setWorkload('shelf-1', { clientSecret: 'a-secret-of-the-client', internalTokens });

  expect(await open()).toEqual([200, 401, 401]);
  tell(FORMER);
  await expect.poll(open).toEqual([401, 200, 401]);
  tell(LATEST, FORMER);
  await expect.poll(open).toEqual([401, 200, 200]);
  tell(LATEST);
  await expect.poll(open).toEqual([401, 401, 200]);
  const told = () => service.records.filter(({ eventName }) => eventName === EVENT.secretRotated);
  await expect.poll(() => told().map(({ attributes }) => attributes['what'])).toEqual(['internal']);
});
