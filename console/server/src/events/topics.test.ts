import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker, type Broker } from '@faultline/kafka-broker';
import { Kafka, logLevel, type IHeaders } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControlPlane } from '../control-plane.ts';
import type { MessagePage, RedriveResult, Topics } from '../contract/index.ts';
import { startPlane, type TestPlane } from '../testing/plane.ts';

let folder: string;
let broker: Broker;
let lab: TestPlane;
let kafka: Kafka;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-topics-'));
  broker = await createBroker({
    port: 0,
    dataDir: folder,
    topics: [
      { name: 'paper.events', partitions: 3 },
      { name: 'paper.events.dlq', partitions: 1 },
      { name: 'quiet.events', partitions: 1 },
      { name: 'quiet.events.dlq', partitions: 1 },
    ],
  });
  kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
  lab = await startPlane({ brokerUrl: `http://127.0.0.1:${broker.port}` });
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
  await broker.close();
  await rm(folder, { recursive: true, force: true });
});

interface Sent {
  key: string | null;
  value: string | Buffer | null;
  headers?: IHeaders;
  partition?: number;
}

async function send(topic: string, messages: Sent[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** Reads `topic` as the group until it has committed everything, then leaves. */
async function readAll(topic: string, group: string, count: number): Promise<void> {
  const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let read = 0;
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async () => {
        read += 1;
        if (read === count) resolve();
      },
    });
  });
  await consumer.stop();
  await consumer.disconnect();
}

const event = (id: string, type = 'paper.printed') =>
  JSON.stringify({
    ...{ id, type, version: 1, occurredAt: 1, key: 'sheet', correlationId: `c-${id}` },
    payload: { pages: 2 },
  });

async function topicOf(name: string) {
  const { body } = await lab.call('GET', '/api/topics');
  return (body as Topics).topics.find((topic) => topic.name === name);
}

async function groupIds(): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  return groups.map(({ groupId }) => groupId);
}

async function page(path: string): Promise<MessagePage> {
  const { status, body } = await lab.call('GET', `/api/topics/${path}`);
  expect([status, 'messages' in (body as object)]).toEqual([200, true]);
  return body as MessagePage;
}

const deadLetter = (id: string, headers: IHeaders = {}): Sent => ({
  key: `key-${id}`,
  value: event(id),
  headers: {
    'dlq-reason': 'Error: no ink',
    'dlq-attempts': '5',
    'dlq-original-topic': 'paper.events',
    'dlq-original-partition': '1',
    'dlq-original-offset': '7',
    'dlq-group': 'printers',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    colour: ['red', 'blue'],
    ...headers,
  },
});

describe('topics', () => {
  it('tell how far each group is behind, and say so for every partition', async () => {
    await send(
      'paper.events',
      [0, 1, 2].map((partition) => ({ partition, key: null, value: event(`e-${partition}`) })),
    );
    await readAll('paper.events', 'printers', 3);
    await send('paper.events', [{ partition: 2, key: 'sheet', value: event('late') }]);
    const topic = await topicOf('paper.events');
    expect(topic).toMatchObject({ messages: 4, deadLetters: { topic: 'paper.events.dlq' } });
    const [group] = topic?.groups ?? [];
    expect(group).toMatchObject({ group: 'printers', brokerState: 'Empty', lag: 1, members: [] });
    expect(group?.partitions.map(({ committed, lag }) => [committed, lag])).toEqual([
      [1, 0],
      [1, 0],
      [1, 1],
    ]);
  });

  it('are browsed newest first, page by page, and no group comes into being', async () => {
    const first = await page('paper.events/messages?limit=3');
    const second = await page(`paper.events/messages?limit=3&cursor=${first.nextCursor}`);
    expect([...first.messages, ...second.messages].map(({ event: e }) => e?.id)).toEqual([
      'late',
      ...['e-2', 'e-1', 'e-0'],
    ]);
    expect(second.nextCursor).toBeNull();
    expect(await groupIds()).toEqual(['printers']);
    const topic = await topicOf('paper.events');
    expect(topic?.groups.map(({ group }) => group)).toEqual(['printers']);
  });

  it('show bytes that are no text as digits, and what is no event with the reason', async () => {
    await send('quiet.events', [
      { key: 'bytes', value: Buffer.from([0xff, 0x00, 0x1b]), headers: { 'x-bad': '\u001b[2J' } },
      { key: 'gone', value: null },
      { key: 'long', value: `"${'x'.repeat(70_000)}"` },
      { key: 'other', value: '{"id":""}' },
    ]);
    const { messages } = await page('quiet.events/messages');
    expect(messages.map(({ value, problem }) => [value?.encoding, value?.cut, problem])).toEqual([
      ['json', false, 'id: Too small: expected string to have >=1 characters'],
      ['text', true, 'value: Invalid input: expected object, received string'],
      [undefined, undefined, 'the value is no JSON'],
      ['hex', false, 'the value is no JSON'],
    ]);
    expect(messages[3]?.value).toMatchObject({ text: 'ff001b', sizeBytes: 3 });
    expect(messages[3]?.headers[0]?.value.encoding).toBe('hex');
  });

  it('are searched by key and by the beginning of a type', async () => {
    await send('quiet.events', [{ key: 'sheet', value: event('x', 'ink.spilled') }]);
    const byType = await page('quiet.events/messages?type=ink.*');
    expect(byType.messages.map(({ event: e }) => e?.type)).toEqual(['ink.spilled']);
    const byKey = await page('quiet.events/messages?key=gone&partition=0&from=1');
    expect(byKey.messages.map(({ offset }) => offset)).toEqual([1]);
  });

  it('are refused with the reason when the question breaks a rule', async () => {
    for (const [path, status, code] of [
      ['nothing.events/messages', 404, 'unknown-topic'],
      ['paper.events/messages?from=1', 400, 'invalid-request'],
      ['paper.events/messages?cursor=abc', 400, 'invalid-request'],
      ['paper.events/messages?partition=9', 404, 'not-found'],
      ['paper.events/messages?limit=0', 400, 'invalid-request'],
    ] as const) {
      const { status: got, body } = await lab.call('GET', `/api/topics/${path}`);
      expect([path, got, (body as { code: string }).code]).toEqual([path, status, code]);
    }
    const names = (await page('paper.events/messages')).topic;
    expect(names).toBe('paper.events');
    expect(await topicOf('nothing.events')).toBeUndefined();
  });
});

describe('dead letters', () => {
  const redrive = async (body: object): Promise<RedriveResult> => {
    const { status, body: answer } = await lab.call(
      'POST',
      '/api/topics/paper.events/redrive',
      body,
    );
    expect([status, 'sent' in (answer as object)]).toEqual([200, true]);
    return answer as RedriveResult;
  };

  it('are shown with reason, attempts, origin, trace and correlation', async () => {
    await send(
      'paper.events.dlq',
      ['a', 'b', 'c'].map((id) => deadLetter(id)),
    );
    await send('paper.events.dlq', [deadLetter('d', { 'dlq-original-topic': 'bank.events' })]);
    const { messages } = await page('paper.events/deadletters');
    expect(messages).toHaveLength(4);
    expect(messages[3]).toMatchObject({
      traceId: 'a'.repeat(32),
      correlationId: 'c-a',
      deadLetter: {
        reason: 'Error: no ink',
        attempts: 5,
        group: 'printers',
        source: { topic: 'paper.events', partition: 1, offset: 7 },
        redrivenAt: null,
      },
    });
    // An overview is good for a second, whoever asks.
    await expect
      .poll(async () => (await topicOf('paper.events'))?.deadLetters, { timeout: 10_000 })
      .toMatchObject({ count: 4, waiting: 4, oldestAt: messages[3]?.at });
  });

  it('are counted by a dry run, which sends none', async () => {
    expect(await redrive({ all: true, dryRun: true })).toMatchObject({ sent: 3, waiting: 4 });
    expect((await topicOf('paper.events'))?.messages).toBe(4);
  });

  it('are sent again with key, value and headers, each once', async () => {
    const one = await redrive({ offsets: [{ partition: 0, offset: 1 }] });
    expect(one).toMatchObject({ sent: 1, skipped: 0, failed: [], waiting: 3 });
    const [newest] = (await page('paper.events/messages?limit=1')).messages;
    expect(newest).toMatchObject({ event: { id: 'b' }, key: { text: 'key-b' } });
    expect(newest?.headers.map(({ name, value }) => `${name}=${value.text}`).sort()).toEqual([
      ...['colour=blue', 'colour=red', 'redriven-from=paper.events.dlq/0/1'],
      `traceparent=00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    ]);
    const again = await redrive({ offsets: [{ partition: 0, offset: 1 }] });
    expect(again).toMatchObject({ sent: 0, skipped: 1, failed: [] });
  });

  it('that claim another origin are not sent anywhere', async () => {
    const all = await redrive({ all: true });
    expect(all).toMatchObject({
      ...{ sent: 2, skipped: 1, waiting: 1 },
      failed: [
        {
          ...{ partition: 0, offset: 3 },
          reason: 'its header dlq-original-topic names bank.events, not paper.events',
        },
      ],
    });
    expect(await redrive({ all: true })).toMatchObject({ sent: 0, skipped: 3 });
    const gone = await redrive({ offsets: [{ partition: 0, offset: 99 }] });
    expect(gone.failed.map(({ reason }) => reason)).toEqual([
      'there is no such dead letter: it was never there, or is too old and gone',
    ]);
    expect((await topicOf('paper.events'))?.messages).toBe(7);
  });

  it('stay sent when the control plane starts anew', async () => {
    const { fleet, dataDir, collector } = lab;
    const plane = await createControlPlane({
      ...{ createFleet: () => fleet, collectorUrl: collector.url, dataDir },
      webRoot: join(dataDir, 'web'),
    });
    try {
      const answer = await fetch(`${plane.url}/api/topics/paper.events/redrive`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ all: true }),
      });
      expect(await answer.json()).toMatchObject({ sent: 0, skipped: 3, waiting: 1 });
    } finally {
      await plane.close();
    }
  });

  it('are on the audit trail with who sent them, dry runs are not', async () => {
    const { body } = await lab.call('GET', '/api/audit');
    const entries = (body as { entries: { action: string; target: string }[] }).entries;
    expect(entries.filter(({ action }) => action === 'topic.redrive')).toHaveLength(5);
  });

  it('ask for either offsets or all', async () => {
    const { status, body } = await lab.call('POST', '/api/topics/paper.events/redrive', {});
    expect([status, (body as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining('either offsets or all'),
    ]);
  });
});

describe('a broker that is away', () => {
  it('is told with cause and way out within 3 s, refusing or silent', async () => {
    const silent: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    for (const address of ['http://127.0.0.1:1', `http://127.0.0.1:${port}`]) {
      lab.fleet.setDirectUrl('kafka', address);
      const startedAt = performance.now();
      const { status, body } = await lab.call('GET', '/api/topics/paper.events/messages');
      expect([status, (body as { code: string }).code]).toEqual([502, 'broker-unreachable']);
      expect((body as { detail: string }).detail).toMatch(/kafka-1 at .* page Fleet/);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
    silent.close();
    lab.fleet.setDirectUrl('kafka', `http://127.0.0.1:${broker.port}`);
    expect((await page('paper.events/messages')).messages.length).toBeGreaterThan(0);
  });

  it('that was never launched is told apart', async () => {
    lab.fleet.setPhase('stopped');
    const { status, body } = await lab.call('GET', '/api/topics');
    expect([status, (body as { code: string }).code]).toEqual([409, 'fleet-not-running']);
    lab.fleet.setPhase('ready');
  });
});
