import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { expect, test } from 'vitest';
import { parseEnvironment } from '../config/parse-environment.ts';
import { systemClock, systemRandom } from '../core/index.ts';
import { createTestRegistry, testWorkloadToken } from '../testing/index.ts';
import { followRegistry } from './configuration.ts';

const WORKLOAD = {
  clientSecret: 'client-secret-of-orders',
  internalTokens: ['internal-token-one'],
};

function follow(registryUrl: string, token: string | undefined, lines: string[] = []) {
  return followRegistry({
    environment: parseEnvironment({
      SERVICE_NAME: 'orders',
      INSTANCE_ID: 'orders-1',
      PORT: '0',
      REGISTRY_URL: registryUrl,
      INTERNAL_TOKEN: 'internal-token-of-tests',
      ...(token === undefined ? {} : { WORKLOAD_TOKEN: token }),
    }),
    log: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
    clock: systemClock,
    random: systemRandom,
    applyFaults: () => undefined,
  });
}

test('an instance is told its secrets, and again when they change', async () => {
  await using registry = await createTestRegistry();
  await using configuration = follow(registry.url, testWorkloadToken('orders-1'));
  const { workload } = configuration;
  expect(workload.current).toBeUndefined();
  registry.setWorkload('orders-1', WORKLOAD);
  expect(await workload.wait()).toMatchObject(WORKLOAD);
  const told: string[] = [];
  workload.follow(({ clientSecret }) => void told.push(clientSecret));
  registry.setWorkload('orders-1', { ...WORKLOAD, clientSecret: 'another-client-secret' });
  await expect.poll(() => told).toEqual([WORKLOAD.clientSecret, 'another-client-secret']);
});

test('without the token there is the configuration and no secret', async () => {
  await using registry = await createTestRegistry();
  registry.setWorkload('orders-1', WORKLOAD);
  await using configuration = follow(registry.url, undefined);
  registry.set({ trust: { mtls: false, callers: ['gateway'], assertionKeys: [] } });
  await expect.poll(() => configuration.current.trust.callers).toEqual(['gateway']);
  expect(configuration.workload.current).toBeUndefined();
  const waiting = configuration.workload.wait(AbortSignal.abort(new Error('no longer wanted')));
  await expect(waiting).rejects.toThrow('no longer wanted');
});

test('a document that cannot be read is never quoted, in the log or in /ready', async () => {
  const secret = 'a-secret-that-nobody-may-see';
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: workload\ndata: {"clientSecret": ${secret}\n\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lines: string[] = [];
  const { port } = server.address() as AddressInfo;
  await using configuration = follow(`http://127.0.0.1:${port}`, 'workload-token-of-orders', lines);
  const complaint = () => {
    try {
      configuration.check();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  await expect.poll(complaint).toContain('breaks its schema');
  await expect.poll(() => lines.join('')).toContain('breaks its schema');
  expect(lines.join('') + complaint()).not.toContain('a-secret');
  server.closeAllConnections();
  server.close();
});
