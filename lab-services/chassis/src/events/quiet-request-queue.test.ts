import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker } from '@faultline/kafka-broker';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createKafka } from './broker.ts';

test('a connection that has nothing to do does not look for something every millisecond', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-quiet-'));
  const broker = await createBroker({ port: 0, dataDir: folder });
  const kafka = createKafka('test', `127.0.0.1:${broker.port}`, pino({ enabled: false }));
  const admin = kafka.admin();
  await admin.connect();
  await admin.listTopics();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const started = performance.now();
  while (performance.now() - started < 200) await new Promise((resolve) => setImmediate(resolve));
  const shortest = timers.mock.calls.filter(([, delay]) => (delay ?? 0) < 10);
  timers.mockRestore();
  expect(shortest.length).toBeLessThan(10);
  expect(await admin.listTopics()).toEqual([]);
  await admin.disconnect();
  await broker.close();
  await rm(folder, { recursive: true, force: true });
});
