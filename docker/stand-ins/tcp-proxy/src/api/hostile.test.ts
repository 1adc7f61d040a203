import fc from 'fast-check';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type Lab } from '../testing/lab.ts';
import { TOXIC_TYPES } from '../toxics/registry.ts';

let lab: Lab;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
beforeAll(async () => {
  lab = await startLab();
});
afterAll(async () => {
  agent.destroy();
  await lab[Symbol.asyncDispose]();
});

function call(method: string, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: lab.proxy.port, method, path, agent };
    const outgoing = request(options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const names = fc.constantFrom(
  'line',
  'x',
  'p',
  '%2e%2e',
  '%00',
  'é'.repeat(3),
  '__proto__',
  'a%20b',
);
const paths = fc.oneof(
  fc.constantFrom('/proxies', '/populate', '/reset', '/version', '/connections', '/metrics'),
  names.map((name) => `/proxies/${encodeURI(decodeURI(name))}`),
  names.map((name) => `/proxies/line/toxics/${encodeURI(decodeURI(name))}`),
  fc.constant('/proxies/line/toxics'),
  fc.webPath(),
);
const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(1e308, -1, 0, 2 ** 53, 0.5));
const words = fc.oneof(
  fc.constantFrom(...TOXIC_TYPES.map(({ name }) => name), 'upstream', 'downstream', 'line'),
  fc.string(),
);
const values = fc.oneof(numbers, words, fc.boolean(), fc.constant(null), fc.jsonValue());
const attributes = fc.dictionary(
  fc.constantFrom(...TOXIC_TYPES.flatMap((type) => Object.keys(type.attributes)), '__proto__'),
  values,
);
const object = fc.record(
  {
    name: fc.oneof(words, values),
    type: fc.oneof(words, values),
    stream: fc.oneof(words, values),
    toxicity: values,
    attributes: fc.oneof(attributes, values),
    ttl_ms: fc.oneof(fc.integer({ min: 0, max: 50 }), values),
    seed: values,
    // Nothing may be bound beyond loopback, nor a busy machine's ports be probed.
    listen: fc.constantFrom('127.0.0.1:0', 'bad', '127.0.0.1:99999', '[::1', ':::', '\u0000:1', 7),
    upstream: fc.constantFrom('127.0.0.1:9', '', 'x', ':::', '\u0000:1', null),
    enabled: values,
    toxics: fc.array(fc.record({ type: words, attributes }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const bodies = fc.oneof(
  object.map((value) => JSON.stringify(value)),
  fc.array(object, { maxLength: 4 }).map((value) => JSON.stringify(value)),
  object.map((value) => JSON.stringify(value).slice(0, -2)),
  fc.json(),
  fc.string(),
);
const methods = fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD');

it('answers every one of 20,000 hostile calls', async () => {
  const cases = fc.sample(fc.tuple(methods, paths, bodies), { numRuns: 20_000, seed: 20_26 });
  const known = new Set([200, 201, 204, 400, 404, 405, 409, 500]);
  const workers = Array.from({ length: 16 }, async () => {
    for (let next = cases.pop(); next; next = cases.pop()) {
      const status = await call(...next);
      if (!known.has(status)) throw new Error(`${status} for ${JSON.stringify(next)}`);
      // A proxy that the noise has made may be in the way of the next one.
      if (cases.length % 500 === 0) await call('DELETE', '/proxies/line', '');
    }
  });
  await Promise.all(workers);
  expect(await call('GET', '/version', '')).toBe(200);
}, 60_000);

it('survives bytes that are no HTTP', async () => {
  const garbage = fc.sample(fc.uint8Array({ maxLength: 400 }), { numRuns: 300, seed: 7 });
  for (const bytes of garbage) {
    await new Promise<void>((resolve) => {
      const socket = connect(lab.proxy.port, '127.0.0.1', () => socket.end(bytes));
      socket.on('error', () => undefined);
      socket.resume().on('close', () => resolve());
    });
  }
  expect(await call('GET', '/version', '')).toBe(200);
});
