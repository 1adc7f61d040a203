import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineService } from '../index.ts';
import type { Chassis } from '../service.ts';
import {
  answerWith,
  createTestRegistry,
  createUpstream,
  startTestService,
} from '../testing/index.ts';

async function startCaller(registryUrl: string) {
  let chassis: Chassis | undefined;
  const service = await startTestService(
    defineService({
      name: 'orders',
      calls: ['payments'],
      build(given) {
        chassis = given;
        return {};
      },
    }),
    { REGISTRY_URL: registryUrl },
  );
  const read = async () =>
    chassis!.link('payments').call({
      operation: 'read',
      method: 'GET',
      path: '/',
      response: z.object({ from: z.string() }),
    });
  const ready = async () => (await fetch(`${service.url}/ready`)).status;
  return { service, chassis: chassis!, read, ready };
}

test('endpoints and policies change at run time, and stay while the registry is away', async () => {
  let registry = await createTestRegistry();
  await using first = await createUpstream(answerWith(200, { from: 'first' }));
  await using second = await createUpstream(answerWith(200, { from: 'second' }));
  const { service, read, ready } = await startCaller(registry.url);
  registry.setLink('orders->payments', [first.port]);
  await expect.poll(read).toMatchObject({ kind: 'ok', body: { from: 'first' } });
  expect(await ready()).toBe(200);

  registry.setLink('orders->payments', [second.port]);
  await expect.poll(read).toMatchObject({ kind: 'ok', body: { from: 'second' } });

  await registry[Symbol.asyncDispose]();
  expect(await read()).toMatchObject({ kind: 'ok', body: { from: 'second' } });
  registry = await createTestRegistry(Number(new URL(registry.url).port));
  registry.setLink('orders->payments', [first.port]);
  await expect.poll(read, { timeout: 5000 }).toMatchObject({ body: { from: 'first' } });
  expect(await ready()).toBe(200);
  await service.close();
  await registry[Symbol.asyncDispose]();
});

test('a service starts without its registry, says so, and goes on when it comes', async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));

  const { service, read, ready } = await startCaller(`http://127.0.0.1:${port}`);
  expect(await ready()).toBe(503);
  expect((await fetch(`${service.url}/health`)).status).toBe(200);
  expect(await (await fetch(`${service.url}/ready`)).json()).toMatchObject({
    status: 'not-ready',
    dependencies: [{ name: 'registry', state: 'down' }],
  });
  expect(await read()).toMatchObject({
    kind: 'failed',
    reason: 'connection',
    maybeReceived: false,
  });

  await using upstream = await createUpstream(answerWith(200, { from: 'late' }));
  await using registry = await createTestRegistry(port);
  registry.setLink('orders->payments', [upstream.port]);
  await expect.poll(read, { timeout: 10_000 }).toMatchObject({ kind: 'ok' });
  await expect.poll(ready).toBe(200);
  await service.close();
});

test('a snapshot of a wrong shape changes nothing', async () => {
  await using upstream = await createUpstream(answerWith(200, { from: 'good' }));
  const frames = [
    'event: snapshot\ndata: {"version":1,"links":[{"link":"x"}]}\n\n',
    'event: snapshot\ndata: not json\n\n',
    `event: snapshot\ndata: ${JSON.stringify({
      version: 1,
      links: [
        {
          link: 'orders->payments',
          endpoints: [{ instance: 'p-1', host: '127.0.0.1', port: upstream.port, healthy: true }],
          policy: {},
        },
      ],
    })}\n\n`,
  ];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(frames.shift() ?? ': nothing\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { service, read } = await startCaller(`http://127.0.0.1:${port}`);
  await expect.poll(read, { timeout: 5000 }).toMatchObject({ kind: 'ok' });
  await service.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a link that was not declared is an error that names the ones that were', async () => {
  const { service, chassis } = await startCaller('http://127.0.0.1:9');
  expect(() => chassis.link('shipping')).toThrow(/add it to `calls`.*payments/);
  expect(() => chassis.database).toThrow(/migrations/);
  expect(() => chassis.producer).toThrow(/events/);
  await service.close();
});
