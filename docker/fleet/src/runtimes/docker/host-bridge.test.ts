import { answerWith, createUpstream, hang, type TestUpstream } from '@faultline/chassis/testing';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHostBridge, type HostBridge } from './host-bridge.ts';

const MIB = 1024 * 1024;

let registry: TestUpstream;
let collector: TestUpstream;
let bridge: HostBridge;

beforeEach(async () => {
  registry = await createUpstream(answerWith(200, {}));
  collector = await createUpstream((incoming, response) => {
    void text(incoming).then((body) =>
      answerWith(200, { length: body.length })(incoming, response),
    );
  });
  bridge = await openHostBridge({
    bindHost: '127.0.0.1',
    registryUrl: `http://127.0.0.1:${registry.port}`,
    otlpEndpoint: `http://127.0.0.1:${collector.port}/`,
  });
});

afterEach(async () => {
  await bridge[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

const url = (path: string): string => `http://127.0.0.1:${bridge.port}${path}`;

/** Opens a watch and waits for its headers. */
async function watch(): Promise<{ answer: IncomingMessage; leave: () => void }> {
  const asked = request(url('/registry/v1/watch?service=orders&instance=orders-1')).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined).setEncoding('utf8');
  return { answer, leave: () => asked.on('error', () => undefined).destroy() };
}

describe('a watch over the bridge', () => {
  it('is streamed event by event, before it ends', async () => {
    registry.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      setImmediate(() => response.write('data: 1\n\n'));
    };
    const { answer, leave } = await watch();
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/event-stream' },
    });
    expect(await once(answer, 'data')).toEqual(['data: 1\n\n']);
    expect(registry.requests[0]?.url).toBe('/registry/v1/watch?service=orders&instance=orders-1');
    leave();
  });

  it('is closed at the registry when the service leaves', async () => {
    const closed = Promise.withResolvers<void>();
    registry.answer = (_request, response) => {
      response.on('close', closed.resolve).writeHead(200).flushHeaders();
    };
    const { leave } = await watch();
    leave();
    await closed.promise;
  });

  it('ends at the service when the registry ends it or is gone', async () => {
    for (const way of ['end', 'destroy'] as const) {
      registry.answer = (_request, response) => {
        response.writeHead(200).write('data: 1\n\n');
        setImmediate(() => response[way]());
      };
      const { answer } = await watch();
      // A broken answer is told by an error before.
      await new Promise((resolve) => answer.resume().on('close', resolve));
      expect(answer.complete).toBe(way === 'end');
    }
  });

  it('carries the name of the registry, and credentials to the registry only', async () => {
    await fetch(url('/registry/v1/watch?service=orders'), {
      headers: { authorization: 'Bearer secret', cookie: 'a=b', 'last-event-id': '7' },
    });
    const headers = registry.requests[0]?.headers;
    expect(headers?.host).toBe(`127.0.0.1:${registry.port}`);
    expect(headers).toMatchObject({ 'last-event-id': '7' });
    expect(headers).toHaveProperty('authorization', 'Bearer secret');
    expect(headers).not.toHaveProperty('cookie');
    await fetch(url('/v1/logs'), { method: 'POST', headers: { authorization: 'Bearer secret' } });
    expect(collector.requests[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('telemetry over the bridge', () => {
  it.each(['/v1/traces', '/v1/logs', '/v1/metrics'])('passes at %s', async (path) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'identity' };
    const answer = await fetch(url(path), { method: 'POST', headers, body: 'x'.repeat(5 * MIB) });
    expect(await answer.json()).toEqual({ length: 5 * MIB });
    expect(collector.requests[0]).toMatchObject({ url: path, headers });
  });

  it('keeps its connections to the collector', async () => {
    const ports = new Set<number | undefined>();
    collector.answer = (incoming, response) => {
      ports.add(incoming.socket.remotePort);
      answerWith(200, {})(incoming.resume(), response);
    };
    for (let call = 0; call < 10; call += 1) {
      await (await fetch(url('/v1/logs'), { method: 'POST', body: 'x' })).text();
    }
    expect(ports.size).toBe(1);
  });

  it('is refused when it is too long, said or not', async () => {
    const socket = connect(bridge.port, '127.0.0.1').setEncoding('utf8');
    socket.write(`POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Length: ${16 * MIB + 1}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [string];
    expect(answer).toMatch(/^HTTP\/1.1 413 [^]*"code":"too-large"/);
    socket.destroy();
    collector.answer = (incoming) => void incoming.resume();
    const chunked = request(url('/v1/logs'), { method: 'POST' });
    for (let chunk = 0; chunk < 17; chunk += 1) chunked.write(Buffer.alloc(MIB));
    chunked.end();
    const [refusal] = (await once(chunked, 'response')) as [IncomingMessage];
    expect(refusal.statusCode).toBe(413);
    refusal.resume();
  });

  it('is cut when the exporter goes away', async () => {
    const [arrived, cut] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    collector.answer = (incoming, response) => {
      incoming.on('error', () => undefined).once('data', () => arrived.resolve());
      response.on('close', cut.resolve);
    };
    const asked = request(url('/v1/traces'), { method: 'POST' }).on('error', () => undefined);
    asked.write('half');
    await arrived.promise;
    asked.destroy();
    await cut.promise;
  });
});

describe('the bridge', () => {
  it.each([
    ['GET', '/api/fleet'],
    ['POST', '/api/faults'],
    ['DELETE', '/api/faults'],
    ['POST', '/registry/v1/watch'],
    ['GET', '/registry/v1/watch/../../../api/fleet'],
    ['GET', '/registry/v1/watch%2f..%2f..%2fapi/fleet'],
    ['GET', '//registry/v1/watch'],
    ['GET', 'http://127.0.0.1/api/fleet'],
    ['GET', '/v1/traces'],
    ['POST', '/v1/traces/'],
    ['GET', '/'],
    ['GET', `/registry/v1/watch?${'x'.repeat(2000)}`],
  ])('answers %s %.60s with 404 and asks nobody', async (method, path) => {
    const asked = request({ host: '127.0.0.1', port: bridge.port, method, path }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer).toMatchObject({
      statusCode: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(JSON.parse(await text(answer))).toMatchObject({ status: 404, code: 'not-found' });
    expect([...registry.requests, ...collector.requests]).toEqual([]);
  });

  it('has nothing for the page of a browser', async () => {
    const headers = { origin: 'http://evil.example' };
    const answer = await fetch(url('/v1/traces'), { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(404);
    expect(collector.requests).toEqual([]);
  });

  it('answers 502 while a target is away, and relays again when it is back', async () => {
    const before = collector.answer;
    collector.answer = (incoming) => void incoming.socket.destroy();
    const away = await fetch(url('/v1/traces'), { method: 'POST', body: 'x' });
    expect(away.status).toBe(502);
    expect(await away.json()).toMatchObject({ code: 'upstream-unreachable' });
    collector.answer = before;
    expect((await fetch(url('/v1/traces'), { method: 'POST', body: 'x' })).status).toBe(200);

    await registry[Symbol.asyncDispose]();
    expect((await fetch(url('/registry/v1/watch?service=orders'))).status).toBe(502);
  });

  it('says so when its port is taken', async () => {
    const taken = openHostBridge({
      bindHost: '127.0.0.1',
      port: bridge.port,
      registryUrl: 'http://127.0.0.1:1',
      otlpEndpoint: 'http://127.0.0.1:1',
    });
    const reason = `port ${bridge.port} of 127.0.0.1 is taken by another program`;
    await expect(taken).rejects.toThrow(reason);
  });

  it('passes on that its address is not one of this machine', async () => {
    const elsewhere = openHostBridge({
      bindHost: '192.0.2.1',
      registryUrl: 'http://127.0.0.1:1',
      otlpEndpoint: 'http://127.0.0.1:1',
    });
    await expect(elsewhere).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('closes with calls under way', async () => {
    registry.answer = hang;
    const asked = request(url('/registry/v1/watch?service=orders')).end();
    const failed = once(asked, 'error');
    await expect.poll(() => registry.requests.length).toBe(1);
    const other = await openHostBridge({
      bindHost: '127.0.0.1',
      registryUrl: `http://127.0.0.1:${registry.port}`,
      otlpEndpoint: `http://127.0.0.1:${collector.port}`,
    });
    await bridge[Symbol.asyncDispose]();
    await failed.catch(() => undefined);
    bridge = other;
  });
});
