import { randomBytes } from 'node:crypto';
import { createServer, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../testing/lab.ts';
import { startClient, startPeer } from '../testing/peers.ts';

let lab: Lab;
let seen: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const shop = createServer((incoming, response) => {
  void buffer(incoming).then((body) => {
    const line = `${incoming.method} ${incoming.url}`;
    seen.push({ line, headers: incoming.headers, body: body.toString() });
    response.setHeader('x-shop', 'yes');
    if (incoming.url?.includes('chunked')) {
      response.write('first');
      response.end('second');
    } else {
      response.end(`you sent ${body.length}`);
    }
  });
});

beforeAll(async () => {
  lab = await startLab({}, await startPeer((socket) => void shop.emit('connection', socket)));
});
afterEach(async () => {
  await lab.call('POST', '/reset');
  seen = [];
});
afterAll(async () => {
  agent.destroy();
  await lab[Symbol.asyncDispose]();
});

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** Asks over one kept-alive connection. */
function ask(path: string, options: RequestOptions & { body?: string } = {}): Promise<Reply> {
  const { body, ...rest } = options;
  const [host, port] = lab.listen.split(':');
  return new Promise((resolve, reject) => {
    const asked = request({ host, port: Number(port), path, agent, ...rest }, (answer) => {
      buffer(answer).then(
        (data) =>
          resolve({
            ...{ status: answer.statusCode ?? 0, headers: answer.headers },
            text: data.toString(),
          }),
        reject,
      );
    });
    asked.on('error', reject).end(body);
  });
}

const fault = (attributes: object, more: object = {}) =>
  lab.addToxic({ name: 'h', type: 'http', attributes, ...more });

describe('an HTTP fault', () => {
  it('answers in place of the callee, which never sees the request, and lets others be', async () => {
    await ask('/v1/orders');
    await fault({ action: 'status', status: 503, text: 'busy', method: 'POST', path: '/v1/*' });
    seen = [];
    const big = 'x'.repeat(300_000);
    expect(await ask('/v1/orders?a=1', { method: 'POST', body: big })).toMatchObject({
      status: 503,
      text: 'busy',
    });
    expect(seen).toEqual([]);
    expect(await ask('/v1/orders')).toMatchObject({ status: 200, text: 'you sent 0' });
    expect(await ask('/v2/orders', { method: 'POST', body: big })).toMatchObject({
      text: 'you sent 300000',
    });
    await lab.call('DELETE', '/proxies/line/toxics/h');
    expect((await ask('/v1/orders', { method: 'POST', body: big })).status).toBe(200);
  });

  it('matches a header, with a wildcard in its value', async () => {
    await fault({ action: 'status', status: 418, header: 'x-user: ann-*' });
    expect((await ask('/', { headers: { 'X-User': 'ann-7' } })).status).toBe(418);
    expect((await ask('/', { headers: { 'X-User': 'bob' } })).status).toBe(200);
  });

  it('hits a share of requests, not of connections', async () => {
    await fault({ action: 'status', status: 500 }, { toxicity: 0.5, seed: 7 });
    const statuses = new Set<number>();
    for (let count = 0; count < 30; count++) statuses.add((await ask('/')).status);
    expect([...statuses].sort()).toEqual([200, 500]);
  });

  it('delays a request, and no other', async () => {
    await fault({ action: 'delay', delay: 150, path: '/slow' });
    const started = performance.now();
    expect((await ask('/slow', { method: 'POST', body: 'abc' })).text).toBe('you sent 3');
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('resets the connection of a request', async () => {
    await fault({ action: 'abort', path: '/gone' });
    await expect(ask('/gone')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await ask('/here')).status).toBe(200);
    expect(seen.map(({ line }) => line)).toEqual(['GET /here']);
  });

  it.each(['/plain', '/chunked'])('replaces the body of %s', async (path) => {
    await fault({ action: 'body', text: '{"total":0}' });
    for (let turn = 0; turn < 2; turn++) {
      expect(await ask(path)).toMatchObject({ status: 200, text: '{"total":0}' });
    }
  });

  it.each([
    ['/plain', '#'.repeat('you sent 0'.length)],
    ['/chunked', '#'.repeat('firstsecond'.length)],
  ])('garbles the body of %s and keeps its length', async (path, garbled) => {
    await fault({ action: 'body', mode: 'garble' });
    expect((await ask(path)).text).toBe(garbled);
    expect((await ask(path)).text).toBe(garbled);
  });

  it('changes a header of the response or of the request, or takes it away', async () => {
    await fault({ action: 'header', name: 'X-Shop', value: 'no' });
    await fault({ action: 'header', name: 'x-user', value: 'eve', on: 'request' }, { name: 'i' });
    expect((await ask('/', { headers: { 'x-user': 'ann' } })).headers['x-shop']).toBe('no');
    expect(seen[0]?.headers['x-user']).toBe('eve');
    await lab.call('POST', '/proxies/line/toxics/h', { attributes: { value: '' } });
    expect((await ask('/')).headers['x-shop']).toBeUndefined();
  });

  it('works when several are on a line', async () => {
    await fault({ action: 'header', name: 'x-a', value: '1' });
    await fault({ action: 'status', status: 503, path: '/b' }, { name: 'i' });
    await fault({ action: 'header', name: 'x-c', value: '3' }, { name: 'j' });
    for (const [path, status] of [
      ['/b', 503],
      ['/', 200],
      ['/b', 503],
      ['/', 200],
    ] as const) {
      const { headers, status: got } = await ask(path);
      expect([got, headers['x-a']]).toEqual([status, '1']);
    }
  });

  it('that is taken away in the middle of an answered request closes the connection', async () => {
    await fault({ action: 'status', status: 503 });
    using client = await startClient(lab.listen);
    client.socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf');
    const stage = async () =>
      (
        (await lab.call('GET', '/connections')).json as { upstream: { received_bytes: number } }[]
      )[0]?.upstream.received_bytes;
    await expect.poll(stage).toBeGreaterThan(40);
    await lab.call('DELETE', '/proxies/line/toxics/h');
    expect(await client.over).toBe('end');
    expect(seen).toEqual([]);
  });

  it.each([
    [{ action: 'status', status: 99 }, 'status'],
    [{ action: 'header', name: 'a b' }, 'name'],
    [{ action: 'header', name: 'a', value: 'x\r\ny' }, 'value'],
    [{ header: 'bad name: x', status: 500 }, 'header'],
    [{ action: 'explode' }, 'action'],
    [{ path: 5, status: 500 }, 'path'],
  ])('refuses %j', async (attributes, field) => {
    const { status, text } = await fault(attributes);
    expect(status).toBe(400);
    expect(text).toContain(field);
  });
});

describe('what is no HTTP/1.1, or does not match', () => {
  const cases: [string, Buffer][] = [
    ['a request that does not match', Buffer.from('GET /a HTTP/1.1\r\nhost: a\r\n\r\n')],
    ['pipelined requests', Buffer.from('GET /a HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(5))],
    [
      'a chunked request',
      Buffer.from(
        'POST /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nt: 1\r\n\r\n',
      ),
    ],
    [
      'a broken chunk',
      Buffer.from('POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc'),
    ],
    [
      'two lengths',
      Buffer.from('POST /a HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nabc'),
    ],
    [
      'a length and chunks',
      Buffer.from('POST /a HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nabc'),
    ],
    ['the preface of HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')],
    ['a TLS handshake', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0])],
    [
      'an upgrade',
      Buffer.from(
        'GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\x81\x05hello',
      ),
    ],
    ['a head without an end', Buffer.from(`GET /a HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`)],
    ['half a head', Buffer.from('GET /a HTTP/1.1\r\nhos')],
    ['bare line feeds', Buffer.from('GET /a HTTP/1.1\nhost: a\n\n')],
    ['a header without a name', Buffer.from('GET /a HTTP/1.1\r\n: a\r\n\r\n')],
    ['a line of text', Buffer.from('hello\n')],
    ['noise', randomBytes(50_000)],
  ];

  it.each(cases)('%s passes byte for byte, in any pieces', async (_name, bytes) => {
    for (const sizeBytes of [bytes.length, 1 + Math.floor(bytes.length / 7)]) {
      await using echo = await startPeer((socket) => void socket.pipe(socket));
      await using line = await startLab({}, echo);
      await line.addToxic({ type: 'http', attributes: { status: 500, path: '/other' } });
      using client = await line.connect();
      for (let at = 0; at < bytes.length; at += sizeBytes) {
        client.socket.write(bytes.subarray(at, at + sizeBytes));
        await new Promise((resolve) => setImmediate(resolve));
      }
      client.socket.end();
      expect((await client.has(bytes.length)).equals(bytes)).toBe(true);
    }
  });

  it('a long conversation over slices of a few bytes loses nothing', async () => {
    const slices = { average_size: 3, size_variation: 2, delay: 0 };
    await lab.addToxic({ name: 'u', type: 'slicer', stream: 'upstream', attributes: slices });
    await lab.addToxic({ name: 'd', type: 'slicer', stream: 'downstream', attributes: slices });
    await fault({ action: 'status', status: 500, path: '/other' });
    for (let turn = 0; turn < 20; turn++) {
      const body = 'b'.repeat(turn * 31);
      expect(await ask('/a', { method: 'POST', body })).toMatchObject({
        ...{ status: 200, text: `you sent ${body.length}` },
      });
      expect((await ask('/chunked')).text).toBe('firstsecond');
      expect((await ask('/other')).status).toBe(500);
    }
  });
});
