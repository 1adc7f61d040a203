import { createRandom, problemSchema } from '@faultline/chassis/core';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  auditSchema,
  auditVerdictSchema,
  faultKindsSchema,
  faultSchema,
  faultsSchema,
  fleetSchema,
  healthSchema,
  invariantsSchema,
  loadSchema,
  marksSchema,
  outputSchema,
  policiesSchema,
  policySchema,
  runtimesSchema,
  stoppedSchema,
} from './contract/index.ts';
import { PROBLEMS } from './http/problems.ts';
import { digestOf } from './audit/line.ts';
import { startPlane, type TestPlane } from './testing/plane.ts';

let lab: TestPlane;
beforeAll(async () => {
  lab = await startPlane();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const LATENCY = { kind: 'network.latency', link: 'orders->payments', latencyMs: 20 };

describe('every route', () => {
  const routes: [string, string, unknown, number, z.ZodType][] = [
    ['GET', '/api/health', undefined, 200, healthSchema],
    ['GET', '/api/fleet', undefined, 200, fleetSchema],
    ['GET', '/api/runtimes', undefined, 200, runtimesSchema],
    ['POST', '/api/fleet/services/payments/scale', { replicas: 1 }, 200, fleetSchema],
    ['GET', '/api/fleet/instances/orders-1/output?lines=5', undefined, 200, outputSchema],
    ['GET', '/api/faults', undefined, 200, faultsSchema],
    ['GET', '/api/faults/kinds', undefined, 200, faultKindsSchema],
    ['POST', '/api/faults', LATENCY, 201, faultSchema],
    ['DELETE', '/api/faults', undefined, 200, stoppedSchema],
    ['POST', '/api/faults/release', undefined, 200, faultsSchema],
    ['GET', '/api/policies', undefined, 200, policiesSchema],
    [
      'PATCH',
      `/api/policies/${encodeURIComponent('orders->payments')}`,
      { retry: { enabled: false } },
      200,
      policySchema,
    ],
    ['GET', '/api/load', undefined, 200, loadSchema],
    ['PUT', '/api/load', { rps: 12 }, 200, loadSchema],
    ['GET', '/api/marks', undefined, 200, marksSchema],
    ['GET', '/api/audit', undefined, 200, auditSchema],
    ['GET', '/api/audit/verify', undefined, 200, auditVerdictSchema],
    ['GET', '/api/invariants', undefined, 200, invariantsSchema],
    ['POST', '/api/fleet/stop', undefined, 202, fleetSchema],
    ['POST', '/api/fleet/launch', {}, 202, fleetSchema],
  ];
  it.each(routes)('%s %s answers its schema', async (method, path, body, status, schema) => {
    const answer = await lab.call(method, path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(schema.safeParse(answer.body).error).toBeUndefined();
  });

  it('is described in the OpenAPI document', async () => {
    const { body } = await lab.call('GET', '/api/openapi.json');
    const { paths } = body as { paths: Record<string, object> };
    const described = Object.keys(paths);
    for (const [, path] of routes) {
      const pattern = described.find((known) =>
        new RegExp(`^${known.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path.split('?', 1)[0] ?? ''),
      );
      expect(pattern, path).toBeDefined();
    }
  });
});

describe('a wrong request', () => {
  it.each([
    ['PUT', '/api/load', { rps: 900 }, 400, 'invalid-request', 'rps'],
    ['PUT', '/api/load', { mix: { browse: -1 } }, 400, 'invalid-request', 'mix.browse'],
    ['PUT', '/api/load', { speed: 1 }, 400, 'invalid-request', 'speed'],
    [
      'POST',
      '/api/fleet/services/payments/scale',
      { replicas: 1.5 },
      400,
      'invalid-request',
      'replicas',
    ],
    ['POST', '/api/fleet/instances/orders-1/explode', undefined, 400, 'invalid-request', 'action'],
    [
      'GET',
      '/api/fleet/instances/orders-1/output?lines=0',
      undefined,
      400,
      'invalid-request',
      'lines',
    ],
    ['POST', '/api/fleet/launch', { runtime: 'podman' }, 400, 'invalid-request', 'runtime'],
    ['GET', '/api/traces?limit=9999', undefined, 400, 'invalid-request', 'limit'],
    ['GET', '/api/red?window=yesterday', undefined, 400, 'invalid-request', 'window'],
    ['POST', '/api/faults', { ...LATENCY, latencyMs: -1 }, 400, 'invalid-fault', 'latencyMs'],
    ['POST', '/api/faults', { ...LATENCY, ttlSeconds: 0 }, 400, 'invalid-request', 'ttlSeconds'],
    ['POST', '/api/faults', { ...LATENCY, kind: 'x' }, 400, 'unknown-kind', 'kind'],
    ['POST', '/api/faults', { ...LATENCY, link: 'no->way' }, 404, 'unknown-target', 'link'],
  ])('%s %s %j names the field', async (method, path, body, status, code, field) => {
    const answer = await lab.call(method, path, body);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(problemSchema.parse(answer.body).errors?.[0]?.field).toBe(field);
  });

  it.each([
    ['DELETE', '/api/faults/none', undefined, 404, 'unknown-fault'],
    ['POST', '/api/fleet/instances/ghost-1/kill', undefined, 404, 'unknown-instance'],
    ['POST', '/api/fleet/instances/orders-1/resume', undefined, 409, 'wrong-state'],
    ['GET', '/api/fleet/instances/ghost-1/output', undefined, 404, 'unknown-instance'],
    ['PATCH', '/api/policies/a->b', {}, 404, 'unknown-link'],
    ['GET', '/api/nothing', undefined, 404, 'not-found'],
    ['POST', '/api/faults', '{"kind":', 400, 'invalid-json'],
    ['POST', '/api/fleet/launch', {}, 409, 'fleet-running'],
  ])('%s %s is a problem with a stable code', async (method, path, body, status, code) => {
    expect(await lab.call(method, path, body)).toMatchObject({ status, body: { code, status } });
  });
});

describe('the runtime', () => {
  const runtimes = async () =>
    runtimesSchema.parse((await lab.call('GET', '/api/runtimes')).body).runtimes;

  it('can be chosen from what there is, each with what it needs', async () => {
    expect(await runtimes()).toMatchObject([
      { kind: 'process', available: true, images: [] },
      { kind: 'docker', available: true, images: [{ action: 'build' }] },
    ]);
  });

  it('is switched under a running fleet, which refuses the one it runs on', async () => {
    const launch = (runtime: string) => lab.call('POST', '/api/fleet/launch', { runtime });
    expect(await launch('docker')).toMatchObject({ status: 202 });
    expect(await launch('docker')).toMatchObject({ status: 409, body: { code: 'fleet-running' } });
    const { body } = await lab.call('GET', '/api/fleet');
    expect(body).toMatchObject({ runtime: 'docker', state: 'ready' });
    const { entries } = auditSchema.parse((await lab.call('GET', '/api/audit')).body);
    expect(entries.find(({ outcome }) => outcome === 'done')).toMatchObject({
      action: 'fleet.launch',
      detail: 'on the docker runtime',
    });
    expect(await launch('process')).toMatchObject({ status: 202 });
  });
});

describe('the audit trail', () => {
  it('ties each line to the one before', async () => {
    await lab.call('PUT', '/api/load', { rps: 11 });
    const lines = await expect
      .poll(() => readFile(join(lab.dataDir, 'audit.jsonl'), 'utf8'))
      .toContain('11')
      .then(() => readFile(join(lab.dataDir, 'audit.jsonl'), 'utf8'));
    let previous = '0'.repeat(64);
    for (const line of lines.trim().split('\n')) {
      const entry = JSON.parse(line) as Parameters<typeof digestOf>[0] & { hash: string };
      expect(entry.hash).toBe(digestOf(entry, previous));
      previous = entry.hash;
    }
  });
});

describe('what the collector says', () => {
  it('is passed on as it is', async () => {
    lab.collector.answers.set('/api/breakers', { status: 200, body: '{"breakers":[]}' });
    expect(await lab.call('GET', '/api/breakers')).toEqual({ status: 200, body: { breakers: [] } });
  });

  it('includes what instances it has to scrape', async () => {
    lab.fleet.setDirectUrl('payments', 'http://127.0.0.1:9');
    lab.fleet.setState('payments-1', 'ready');
    await expect
      .poll(() => lab.collector.targets.at(-1))
      .toEqual({
        targets: [
          { service: 'payments', instance: 'payments-1', url: 'http://127.0.0.1:9/metrics' },
        ],
      });
  });
});

/** Reads events from the live stream until `done`. */
async function follow(done: (events: { event: string; data: unknown }[]) => boolean) {
  const abort = new AbortController();
  const response = await fetch(new URL('/api/stream', lab.plane.url), { signal: abort.signal });
  const events: { event: string; data: unknown }[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) events.push({ event, data: JSON.parse(data) });
    }
    if (done(events)) break;
  }
  abort.abort();
  return events;
}

describe('the live stream', () => {
  it('begins with the state as it stands', async () => {
    const events = await follow((all) => all.length >= 4);
    expect(events.slice(0, 4).map(({ event }) => event)).toEqual([
      'fleet',
      'faults',
      'load',
      'collector',
    ]);
  });

  it('tells faults, marks and what the collector tells', async () => {
    const following = follow((all) => all.some(({ event }) => event === 'breakers'));
    await lab.call('POST', '/api/faults', LATENCY);
    await lab.call('DELETE', '/api/faults');
    await lab.call('POST', '/api/faults/release');
    const poll = setInterval(() => lab.collector.send('breakers', { breakers: [] }), 50);
    const events = await following.finally(() => clearInterval(poll));
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['faults', 'mark', 'breakers']),
    );
  });
});

/** A request with headers that fetch would not send. */
async function raw(method: string, path: string, headers: Record<string, string>) {
  const request = httpRequest(new URL(path, lab.plane.url), { method, headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

describe('strangers', () => {
  it.each([
    ['GET', { host: 'evil.example' }, 403],
    ['GET', { host: 'localhost:1234' }, 200],
    ['GET', { origin: 'http://evil.example' }, 403],
    ['GET', { origin: 'null' }, 403],
    ['POST', { 'sec-fetch-site': 'cross-site' }, 403],
    ['POST', { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000' }, 200],
    ['POST', { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3001' }, 403],
  ])('%s with %j answers %i', async (method, headers, status) => {
    const path = method === 'GET' ? '/api/fleet' : '/api/faults/release';
    expect((await raw(method, path, headers)).statusCode).toBe(status);
  });

  it('cannot send a form', async () => {
    const response = await fetch(new URL('/api/faults', lab.plane.url), {
      method: 'POST',
      body: 'kind=x',
    });
    expect(response.status).toBe(415);
  });

  it('need the token beyond loopback', async () => {
    await using open = await startPlane({ host: '0.0.0.0', token: 'a-long-enough-token' });
    expect((await open.call('GET', '/api/fleet')).status).toBe(401);
    const login = await fetch(new URL('/?token=a-long-enough-token', open.plane.url), {
      redirect: 'manual',
    });
    expect(login.status).toBe(303);
    const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const url = new URL('/api/fleet', open.plane.url);
    expect((await fetch(url, { headers: { cookie } })).status).toBe(200);
    const authorization = 'Bearer a-long-enough-token';
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  });
});

describe('the page', () => {
  it('says how to build the console when it is not built', async () => {
    const response = await fetch(lab.plane.url);
    expect(await response.text()).toContain('npm run build');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('never leads out of its folder', async () => {
    for (const path of ['/%2e%2e/audit.jsonl', '/..%2faudit.jsonl', '/%00', '/%ff']) {
      expect((await raw('GET', path, {})).statusCode).toBe(404);
    }
  });
});

describe('hostile input', () => {
  it('is answered with a clear error, 20,000 times', async () => {
    const random = createRandom(20_260_101);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
    const values = [
      null,
      -1,
      1e308,
      '',
      '*',
      '\u0000',
      '<b>',
      'x'.repeat(5_000),
      [],
      [[[]]],
      {},
      true,
      'orders->nowhere',
    ];
    const keys = [
      'kind',
      'link',
      'links',
      'service',
      'instance',
      'ttlSeconds',
      'seconds',
      'replicas',
      'rps',
      'mix',
      'retry',
      '__proto__',
      'constructor',
    ];
    const targets: [string, string][] = [
      ['POST', '/api/faults'],
      ['POST', '/api/faults/nobody/extend'],
      ['POST', '/api/fleet/services/nobody/scale'],
      ['PATCH', '/api/policies/nowhere'],
      ['PUT', '/api/load?x=%'],
      ['DELETE', '/api/faults/%F0%9F%92%A5'],
      ['POST', '/api/fleet/instances/x/%2e%2e'],
      ['GET', '/api/traces?minMs=no&limit='],
      ['GET', '/api/marks?from=never'],
    ];
    const one = async () => {
      const [method, path] = pick(targets);
      const fields = Array.from({ length: Math.floor(random.next() * 4) }, () => [
        pick(keys),
        pick(values),
      ]);
      const text = JSON.stringify({ ...Object.fromEntries(fields), hostile: 1 });
      const body =
        random.next() < 0.2 ? text.slice(0, Math.floor(random.next() * text.length)) : text;
      const answer = await lab.call(method, path, method === 'GET' ? undefined : body || ' ');
      const problem = problemSchema.parse(answer.body);
      const what = `${method} ${path} ${body.slice(0, 200)}`;
      expect([problem.status, what]).toEqual([answer.status, what]);
      expect(problem.status, what).toBeGreaterThanOrEqual(400);
      expect(problem.status, what).toBeLessThan(500);
      expect(Object.keys(PROBLEMS)).toContain(problem.code);
    };
    const worker = async () => {
      for (let count = 0; count < 1_250; count++) await one();
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect((await lab.call('GET', '/api/health')).status).toBe(200);
  }, 120_000);
});
