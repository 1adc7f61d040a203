import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RedriveResult, Topic } from '@faultline/server/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../program.ts';

let server: Server;
let url: string;
const asked: { method: string; url: string; body: string }[] = [];
let redriven: RedriveResult;

const partition = { partition: 0, low: 0, high: 90, messages: 90, inPerS: 2 };
const reader = { lag: 30, outPerS: 5, state: 'draining' as const, drainMs: 10_000 };
const TOPIC: Topic = {
  name: 'paper.events',
  partitions: [partition],
  messages: 90,
  inPerS: 2,
  groups: [
    {
      ...{ group: 'printers', brokerState: 'Stable', ...reader },
      members: [{ id: 'm-1', clientId: 'printers-1', partitions: [0] }],
      partitions: [{ partition: 0, committed: 60, ...reader }],
    },
  ],
  deadLetters: { topic: 'paper.events.dlq', count: 3, waiting: 2, oldestAt: 10_000 },
};
const bytes = (text: string) => ({ encoding: 'text', text, sizeBytes: text.length, cut: false });
const MESSAGE = {
  ...{ partition: 0, offset: 12, at: 20_000, key: bytes('sheet'), value: bytes('{"a":1}') },
  ...{ headers: [], event: null, problem: 'id: missing', traceId: 'ab'.repeat(16) },
  correlationId: null,
  deadLetter: {
    ...{ reason: 'Error: no \u001b[31mink', attempts: 5, group: 'printers', source: null },
    ...{ redrivenAt: null, formerly: null },
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', body });
      response.setHeader('content-type', 'application/json');
      const answer = request.url?.endsWith('/redrive')
        ? redriven
        : request.url === '/api/topics'
          ? { at: 70_000, topics: [TOPIC, { ...TOPIC, name: 'paper.events.dlq', groups: [] }] }
          : { topic: 'paper.events', messages: [MESSAGE], scanned: 1, nextCursor: null };
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function topics(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(['--url', url, 'topics', ...args], {
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

describe('faultline topics', () => {
  it('lists topics with their readers, dead letters beside the topic they came from', async () => {
    const { out } = await topics();
    expect(out).toMatch(
      /paper\.events +90 +2\.0 \/s +printers +30 +5\.0 \/s +in 10\.0 s +2, oldest 1 min 0 s/,
    );
    expect(out).not.toContain('dlq');
    expect(JSON.parse((await topics('--json')).out)).toMatchObject({ at: 70_000 });
  });

  it('shows one topic with partitions and readers, and says which there are', async () => {
    const { out } = await topics('show', 'paper.events');
    expect(out).toMatch(/0 +60 +30 +5\.0 \/s +in 10\.0 s +printers-1/);
    expect(out).toContain('dead letters: 2 of 3 wait');
    const unknown = await topics('show', 'ink.events');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('paper.events')]);
  });

  it('prints messages, and their control characters harmlessly', async () => {
    const { out } = await topics('messages', 'paper.events', '--key', 'sheet', '-n', '5');
    expect(out).toMatch(/0:12 +no event sheet \{"a":1\} {2}abababab/);
    expect(asked.at(-1)?.url).toBe('/api/topics/paper.events/messages?limit=5&key=sheet');
    const letters = await topics('deadletters', 'paper.events');
    expect(letters.out).toContain('Error: no \ufffd[31mink');
  });

  it('redrives what is named, and ends with 1 when one could not be sent', async () => {
    redriven = {
      ...{ topic: 'paper.events', dryRun: false, sent: 1, skipped: 0, waiting: 1 },
      failed: [{ partition: 0, offset: 15, reason: 'it is gone' }],
    };
    const { code, out } = await topics('redrive', 'paper.events', '--offset', '0:12', '0:15');
    expect(code).toBe(1);
    expect(out).toContain('1 sent to paper.events, 0 were sent earlier, 1 failed, 1 wait');
    expect(out).toContain('0:15  it is gone');
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({
      offsets: [
        { partition: 0, offset: 12 },
        { partition: 0, offset: 15 },
      ],
    });
  });

  it('says what would be sent when asked only that', async () => {
    redriven = { ...redriven, dryRun: true, sent: 2, failed: [] };
    const { code, out } = await topics('redrive', 'paper.events', '--all', '--dry-run', '-n', '9');
    expect([code, out]).toEqual([0, expect.stringContaining('2 would be sent')]);
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({ all: true, limit: 9, dryRun: true });
  });

  it('ends with 64 when the command line is wrong', async () => {
    expect((await topics('redrive', 'paper.events')).code).toBe(64);
    expect((await topics('redrive', 'paper.events', '--all', '--offset', '0:1')).code).toBe(64);
    expect((await topics('redrive', 'paper.events', '--offset', 'first')).code).toBe(64);
    expect((await topics('nothing')).code).toBe(64);
  });
});
