import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineService } from '../runtime/define-service.ts';
import type { Chassis, ForwardRequest } from '../service.ts';
import {
  createTestRegistry,
  createUpstream,
  startTestService,
  type TestRegistry,
  type TestUpstream,
} from '../testing/index.ts';

const resources = new AsyncDisposableStack();
let upstream: TestUpstream;
let registry: TestRegistry;
let chassis: Chassis;

beforeAll(async () => {
  upstream = resources.use(await createUpstream((_request, response) => void response.end()));
  registry = resources.use(await createTestRegistry());
  registry.setLink('front->back', [upstream.port], {
    retry: { enabled: false },
    breaker: { enabled: false },
  });
  const front = defineService({
    name: 'front',
    calls: ['back'],
    build(given) {
      chassis = given;
      return {};
    },
  });
  const service = resources.use(await startTestService(front, { REGISTRY_URL: registry.url }));
  while ((await fetch(`${service.url}/ready`)).status !== 200) await chassis.clock.sleep(10);
});

afterAll(() => resources.disposeAsync());

const forward = (request: Partial<ForwardRequest> = {}) =>
  chassis.withContext({ correlationId: 'c-1', deadlineMs: 2_000, operation: 'test' }, () =>
    chassis
      .link('back')
      .forward({ operation: 'any', method: 'GET', target: '/', headers: {}, ...request }),
  );

async function receive(request: Partial<ForwardRequest>) {
  const bytes: Buffer[] = [];
  upstream.answer = (incoming, response) => {
    incoming.on('data', (chunk: Buffer) => bytes.push(chunk)).on('end', () => response.end());
  };
  await forward(request);
  const seen = upstream.requests.at(-1)!;
  return { url: seen.url, headers: seen.headers, body: Buffer.concat(bytes) };
}

describe('a forwarded request', () => {
  it('arrives with method, target and bytes as they were', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128]);
    const target = '/v1/a%2Fb?x=%20&x=1&y=é'.replace('é', '%C3%A9');
    const seen = await receive({ method: 'POST', target, body });
    expect(seen.url).toBe(target);
    expect(upstream.requests.at(-1)!.method).toBe('POST');
    expect(seen.body).toEqual(body);
  });

  it('loses the headers of its connection and those that Connection names', async () => {
    const { headers } = await receive({
      headers: {
        connection: 'keep-alive, X-Private',
        'x-private': 'mine',
        'keep-alive': 'timeout=5',
        te: 'trailers',
        'transfer-encoding': 'chunked',
        upgrade: 'h2c',
        'proxy-authorization': 'Basic abc',
        host: 'outside.example',
        accept: 'application/json',
      },
    });
    expect(headers).toMatchObject({ accept: 'application/json' });
    for (const name of ['x-private', 'te', 'upgrade', 'proxy-authorization', 'keep-alive']) {
      expect(headers[name]).toBeUndefined();
    }
    expect(headers.host).not.toBe('outside.example');
  });

  it('carries the context of this service and not that of the one who sent it', async () => {
    const { headers } = await receive({
      headers: { 'x-correlation-id': 'forged', 'x-deadline-ms': '999999', traceparent: 'forged' },
    });
    expect(headers['x-correlation-id']).toBe('c-1');
    expect(Number(headers['x-deadline-ms'])).toBeLessThanOrEqual(2_000);
    expect(headers['traceparent']).toMatch(/^00-/);
  });

  it('cannot smuggle in another header', async () => {
    const { headers } = await receive({
      headers: { 'x-good': 'a', 'x-bad': 'a\r\nx-evil: 1', 'x evil': '1', 'x-ev\r\nil': '1' },
    });
    expect(headers['x-good']).toBe('a');
    expect(Object.keys(headers).filter((name) => /bad|evil/.test(name))).toEqual([]);
  });

  it.each(['no-slash', '/a b', '/a\r\nx: y', '/é', '/a#b', ''])(
    'is refused for the target %j',
    async (target) => {
      await expect(forward({ target })).rejects.toMatchObject({
        problem: { status: 400, code: 'unforwardable-target' },
      });
    },
  );
});

describe('the answer to a forwarded request', () => {
  it.each([200, 204, 301, 404, 429, 500, 503])('comes back as it is: %i', async (status) => {
    const body = status === 204 ? Buffer.alloc(0) : gzipSync('bytes of any kind');
    upstream.answer = (_request, response) => {
      const headers = { 'content-encoding': 'gzip', 'retry-after': '7', ratelimit: '"a";r=0;t=7' };
      response.writeHead(status, { ...headers, 'set-cookie': ['a=1', 'b=2'] });
      response.end(body);
    };
    const answer = await forward();
    expect(answer).toMatchObject({
      kind: 'answered',
      status,
      attempts: 1,
      body,
      headers: { 'retry-after': '7', ratelimit: '"a";r=0;t=7', 'content-encoding': 'gzip' },
    });
    if (answer.kind !== 'answered') throw new Error('no answer');
    expect(answer.headers['connection']).toBeUndefined();
    expect([answer.headers['set-cookie']].flat()).toEqual(['a=1', 'b=2']);
  });

  it('is a failure of the link when there is none', async () => {
    upstream.answer = (request) => void request.socket.destroy();
    expect(await forward()).toMatchObject({ kind: 'failed', reason: 'connection' });
  });

  it('opens the breaker when it is 5xx again and again, and is then refused unsent', async () => {
    registry.setLink('front->back', undefined, {
      breaker: { enabled: true, consecutiveFailures: 3, openMs: 60_000 },
    });
    upstream.answer = (_request, response) => void response.writeHead(502).end();
    let outcome = await forward();
    while (outcome.kind === 'answered') outcome = await forward();
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'breaker-open', attempts: 0 });
  });
});
