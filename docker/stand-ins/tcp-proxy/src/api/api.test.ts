import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../testing/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const error = (status: number, text: string) => `{"error":"${text}","status":${status}}\n`;

describe('HTTP rules', () => {
  it('sends errors as plain text that holds JSON and ends with a newline', async () => {
    const answer = await lab.call('GET', '/proxies/nobody');
    expect(answer.status).toBe(404);
    expect(answer.text).toBe(error(404, 'proxy not found'));
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('marks every routed answer with a request id of 20 lower-case letters and digits', async () => {
    for (const path of ['/proxies', '/version', '/proxies/nobody']) {
      const { headers } = await lab.call('GET', path);
      expect(headers['x-toxiproxy-request-id']).toMatch(/^[a-z0-9]{20}$/);
    }
  });

  it('answers the version with a space and a newline', async () => {
    const answer = await lab.call('GET', '/version');
    expect(answer.text).toMatch(/^\{"version": "2\.12\.0[^"]*"\}\n$/);
    expect(answer.headers['content-type']).toBe('application/json;charset=utf-8');
  });

  it.each([
    ['GET', '/', 404, '404 page not found\n'],
    ['GET', '/proxies/', 404, '404 page not found\n'],
    ['GET', '/metrics', 404, '404 page not found\n'],
    ['GET', '/proxies/a%2Fb', 404, '404 page not found\n'],
    ['GET', '/proxies/%zz', 400, '400 Bad Request\n'],
    ['HEAD', '/proxies', 405, ''],
    ['PUT', '/proxies/line', 405, ''],
    ['DELETE', '/proxies', 405, ''],
    ['GET', '/reset', 405, ''],
  ])('answers %s %s with %i', async (method, path, status, text) => {
    const answer = await lab.call(method, path);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers['x-toxiproxy-request-id']).toBeUndefined();
  });

  it.each([
    ['a browser', { 'User-Agent': 'Mozilla/5.0' }, 'User agent not allowed\n'],
    ['a page of another origin', { Origin: 'http://evil.test' }, 'Origin not allowed\n'],
    ['a rebound host name', { Host: 'evil.test:8474' }, 'Host not allowed\n'],
  ])('refuses %s on routed paths', async (_who, headers, text) => {
    const answer = await lab.call('GET', '/proxies', undefined, headers);
    expect([answer.status, answer.text]).toEqual([403, text]);
    expect((await lab.call('GET', '/nowhere', undefined, headers)).status).toBe(404);
  });

  it('refuses a body beyond 4 MiB and stays reachable', async () => {
    const answer = await lab
      .call('POST', '/proxies', ' '.repeat(5 * 1024 * 1024))
      .catch(() => undefined);
    expect(answer?.status ?? 400).toBe(400);
    expect((await lab.call('GET', '/version')).status).toBe(200);
  });
});

describe('request bodies', () => {
  it('reads keys without regard to case, ignores unknown keys and what follows the value', async () => {
    const body = '{"NAME":"cased","UpStream":"127.0.0.1:9","Listen":"127.0.0.1:0","x":1} trailing';
    const answer = await lab.call('POST', '/proxies', body);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ name: 'cased', upstream: '127.0.0.1:9', enabled: true });
    expect(Object.keys(answer.json as object)).toEqual([
      'name',
      'listen',
      'upstream',
      'enabled',
      'toxics',
    ]);
    expect((await lab.call('DELETE', '/proxies/cased')).status).toBe(204);
  });

  it.each([
    ['', 'bad request body: EOF'],
    ['{', 'bad request body: unexpected EOF'],
    ['null', 'missing required field: name'],
    ['{"name":"x"}', 'missing required field: upstream'],
    ['{"upstream":"x"}', 'missing required field: name'],
    ['{"name":1}', 'bad request body: name must be a string, got 1'],
    [
      '{"name":"a/b","upstream":"x"}',
      'bad request body: name must not contain \\"/\\", got \\"a/b\\"',
    ],
    [
      '{"name":"x","upstream":"x","ttl_ms":-1}',
      'bad request body: ttl_ms must be an integer from 0 to 604800000, got -1',
    ],
  ])('refuses to create a proxy from %s', async (body, text) => {
    const answer = await lab.call('POST', '/proxies', body);
    expect([answer.status, answer.text]).toEqual([400, error(400, text.replaceAll('\\\\', '\\'))]);
  });
});

describe('proxies', () => {
  it('words listen errors as Go does', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    const create = (listen: string) =>
      lab.call('POST', '/proxies', { name: 'x', upstream: '127.0.0.1:9', listen });
    expect((await create(`127.0.0.1:${port}`)).text).toBe(
      error(500, `listen tcp 127.0.0.1:${port}: bind: address already in use`),
    );
    expect((await create('badhost')).text).toBe(
      error(500, 'listen tcp: address badhost: missing port in address'),
    );
    expect((await create('a:b:c')).text).toBe(
      error(500, 'listen tcp: address a:b:c: too many colons in address'),
    );
    expect((await create('127.0.0.1:99999')).text).toBe(
      error(500, 'listen tcp: address 99999: invalid port'),
    );
    expect((await lab.call('GET', '/proxies/x')).status).toBe(404);
    busy.close();
  });

  it('refuses a second proxy of the same name before listening', async () => {
    const answer = await lab.call('POST', '/proxies', {
      name: 'line',
      upstream: 'x',
      listen: 'bad',
    });
    expect(answer.text).toBe(error(409, 'proxy already exists'));
  });

  it('keeps the listen text of a disabled proxy and resolves it on start', async () => {
    const settings = {
      name: 'off',
      upstream: '127.0.0.1:9',
      listen: 'localhost:0',
      enabled: false,
    };
    expect((await lab.call('POST', '/proxies', settings)).json).toMatchObject({
      listen: 'localhost:0',
      enabled: false,
    });
    const started = await lab.call('PATCH', '/proxies/off', { enabled: true });
    expect((started.json as { listen: string }).listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    await lab.call('DELETE', '/proxies/off');
  });

  it('refuses a bad listen of an update and leaves the proxy alone', async () => {
    const answer = await lab.call('PATCH', '/proxies/line', { listen: 'zzz' });
    expect(answer.text).toBe(error(500, 'address zzz: missing port in address'));
    expect((await lab.call('GET', '/proxies/line')).json).toMatchObject({ enabled: true });
  });

  it('lists proxies sorted by name', async () => {
    for (const name of ['zeta', 'alpha']) {
      await lab.call('POST', '/proxies', { name, upstream: 'x:1', listen: '127.0.0.1:0' });
    }
    const { json } = await lab.call('GET', '/proxies');
    expect(Object.keys(json as object)).toEqual(['alpha', 'line', 'zeta']);
    for (const name of ['zeta', 'alpha']) await lab.call('DELETE', `/proxies/${name}`);
  });
});

describe('toxics', () => {
  it('fills in name, stream, toxicity and attributes', async () => {
    const added = await lab.addToxic({ type: 'latency' });
    expect(added.status).toBe(200);
    expect(added.text).toBe(
      '{"attributes":{"latency":0,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}',
    );
    await lab.call('POST', '/reset');
  });

  it('echoes the stream as given and prints toxicity with 32 bits', async () => {
    const { json } = await lab.addToxic({
      type: 'noop',
      stream: 'UPSTREAM',
      toxicity: 0.123456789,
    });
    expect(json).toMatchObject({ name: 'noop_UPSTREAM', stream: 'UPSTREAM', toxicity: 0.12345679 });
    await lab.call('POST', '/reset');
  });

  it('lists the upstream chain before the downstream chain, each in order of creation', async () => {
    for (const [name, stream] of [
      ['d1', 'downstream'],
      ['u1', 'upstream'],
      ['d2', 'downstream'],
      ['u2', 'upstream'],
    ]) {
      await lab.addToxic({ type: 'noop', name, stream });
    }
    const { json } = await lab.call('GET', '/proxies/line/toxics');
    expect((json as { name: string }[]).map(({ name }) => name)).toEqual(['u1', 'u2', 'd1', 'd2']);
    await lab.call('POST', '/reset');
  });

  it('merges attributes key by key and ignores name, type and stream', async () => {
    await lab.addToxic({ type: 'latency', name: 'l', attributes: { latency: 5, jitter: 3 } });
    const body = { attributes: { latency: 7 }, toxicity: 0.5, name: 'x', type: 'y', stream: 'z' };
    for (const method of ['POST', 'PATCH']) {
      expect((await lab.call(method, '/proxies/line/toxics/l', body)).json).toEqual({
        attributes: { latency: 7, jitter: 3 },
        name: 'l',
        type: 'latency',
        stream: 'downstream',
        toxicity: 0.5,
      });
    }
    await lab.call('POST', '/reset');
  });

  it.each([
    [
      { type: 'latency', stream: 'side' },
      400,
      'stream was invalid, can be either upstream or downstream',
    ],
    [{ type: 'nope', stream: '' }, 400, 'stream was invalid, can be either upstream or downstream'],
    [{ type: 'nope' }, 400, 'invalid toxic type'],
    [
      { type: 'latency', attributes: { latency: 1.5 } },
      400,
      'bad request body: latency must be an integer (ms), got 1.5',
    ],
    [
      { type: 'latency', attributes: { jitter: -1 } },
      400,
      'bad request body: jitter must be at least 0 ms, got -1',
    ],
    [
      { type: 'latency', attributes: [] },
      400,
      'bad request body: attributes must be an object, got []',
    ],
    [{ type: 'slicer' }, 400, 'bad request body: average_size must be at least 1 B, got 0'],
    [
      { type: 'bandwidth', attributes: { rate: -1 } },
      400,
      'bad request body: rate must be at least 0 KB/s, got -1',
    ],
    [
      { type: 'noop', toxicity: 7 },
      400,
      'bad request body: toxicity must be a number from 0 to 1, got 7',
    ],
    [
      { type: 'packet_loss', attributes: { loss_rate: 2 } },
      400,
      'bad request body: loss_rate must be a number from 0 to 1, got 2',
    ],
    [
      { type: 'packet_loss', attributes: { mode: 'x' } },
      400,
      'bad request body: mode must be one of drop, retransmit, got \\"x\\"',
    ],
  ])('refuses %j', async (toxic, status, text) => {
    const answer = await lab.addToxic(toxic);
    expect([answer.status, answer.text]).toEqual([status, error(status, text)]);
  });

  it('refuses a name that either direction has already', async () => {
    await lab.addToxic({ type: 'noop', name: 'n', stream: 'upstream' });
    expect((await lab.addToxic({ type: 'noop', name: 'n' })).text).toBe(
      error(409, 'toxic already exists'),
    );
    await lab.call('POST', '/reset');
    expect((await lab.call('GET', '/proxies/line/toxics/n')).text).toBe(
      error(404, 'toxic not found'),
    );
  });
});

describe('populate', () => {
  const proxy = (name: string, more: object = {}) => ({
    name,
    upstream: '127.0.0.1:9',
    listen: '127.0.0.1:0',
    ...more,
  });

  it('answers null for nothing', async () => {
    expect((await lab.call('POST', '/populate', [])).text).toBe('{"proxies":null}');
  });

  it('checks all names and upstreams first', async () => {
    const answer = await lab.call('POST', '/populate', [proxy('p1'), { name: 'p2' }]);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.text).toBe(
      '{"error":"missing required field: upstream at proxy 2","status":400,"proxies":null}',
    );
    expect((await lab.call('GET', '/proxies/p1')).status).toBe(404);
  });

  it('leaves an equal proxy alone and replaces one that differs', async () => {
    const first = await lab.call('POST', '/populate', [proxy('p1')]);
    const { listen } = (first.json as { proxies: { listen: string }[] }).proxies[0]!;
    await lab.call('POST', '/proxies/p1/toxics', { type: 'noop' });
    const again = await lab.call('POST', '/populate', [proxy('p1', { listen, enabled: false })]);
    expect(again.json).toMatchObject({
      proxies: [{ enabled: true, toxics: [{ name: 'noop_downstream' }] }],
    });
    const other = await lab.call('POST', '/populate', [proxy('p1', { listen, upstream: 'x:1' })]);
    expect(other.json).toMatchObject({ proxies: [{ listen, upstream: 'x:1', toxics: [] }] });
    await lab.call('DELETE', '/proxies/p1');
  });

  it('stops at the first proxy that cannot listen and tells which are done', async () => {
    const answer = await lab.call('POST', '/populate', [
      proxy('p1'),
      proxy('p2', { listen: lab.listen }),
      proxy('p3'),
    ]);
    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({
      error: `listen tcp ${lab.listen}: bind: address already in use`,
      proxies: [{ name: 'p1' }],
    });
    expect((await lab.call('GET', '/proxies/p3')).status).toBe(404);
    await lab.call('DELETE', '/proxies/p1');
  });

  it('creates toxics that come with a proxy, or nothing at all', async () => {
    const toxics = [{ type: 'latency', attributes: { latency: 5 } }];
    const answer = await lab.call('POST', '/populate', [proxy('p1', { toxics })]);
    expect(answer.json).toMatchObject({ proxies: [{ toxics: [{ name: 'latency_downstream' }] }] });
    await lab.call('DELETE', '/proxies/p1');
    const bad = await lab.call('POST', '/proxies', proxy('p1', { toxics: [{ type: 'no' }] }));
    expect(bad.text).toBe(error(400, 'invalid toxic type'));
    expect((await lab.call('GET', '/proxies/p1')).status).toBe(404);
  });
});
