import { initialServicePolicy, linkPolicySchema } from '@faultline/chassis/core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../program.ts';

const LINK = linkPolicySchema.parse({});
const FLAG = {
  key: 'new-checkout',
  purpose: 'The new way',
  enabled: true,
  percentage: 10,
  users: [],
};
const POLICIES = {
  policies: [
    { link: 'a->b', policy: LINK, initial: LINK },
    {
      link: 'a->c',
      policy: { ...LINK, breaker: { ...LINK.breaker, enabled: false } },
      initial: LINK,
    },
  ],
  services: [
    {
      service: 'payments',
      policy: initialServicePolicy(['idempotency', 'rateLimit'], { rateLimit: { burst: 3 } }),
      initial: initialServicePolicy(['idempotency', 'rateLimit']),
    },
  ],
  flags: [{ flag: { ...FLAG, percentage: 50 }, initial: FLAG }],
  mtls: { on: true, initial: false },
  patterns: [],
};

let server: Server;
let url: string;
/** Changes that were asked for: method, path, body, who. */
let asked: [string, string, unknown, unknown][] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      const path = decodeURIComponent(request.url ?? '');
      if (request.method !== 'GET') {
        const body = text === '' ? undefined : (JSON.parse(text) as unknown);
        asked.push([request.method ?? '', path, body, request.headers['x-faultline-actor']]);
      }
      response.end(JSON.stringify(answers(request.method ?? '', path)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

function answers(method: string, path: string): unknown {
  if (path === '/api/policies/mtls') return { on: false, initial: false };
  if (path === '/api/policies/reset') return { reset: [{ kind: 'link', name: 'a->c' }] };
  if (path === '/api/policies/flags/new-checkout') return POLICIES.flags[0];
  if (path.startsWith('/api/policies/')) return { ...POLICIES.policies[0], link: path };
  if (path === '/api/faults') {
    return {
      ...{ faults: [], latched: true, ended: ['f1'] },
      reset: [{ kind: 'fleet', name: 'mtls' }],
    };
  }
  if (path === '/api/audit/verify') return VERDICT;
  if (path.startsWith('/api/audit')) return { entries: [ENTRY] };
  return method === 'GET' ? POLICIES : {};
}

const ENTRY = {
  ...{ at: 0, actor: 'console', action: 'policy.patch', target: 'a->c', outcome: 'done' },
  ...{ detail: 'off\u001b[2J', line: 12, hash: 'abc' },
};
const VERDICT = {
  ...{ whole: false, entries: 3, since: 0, until: 1000, scraps: 0, sizeBytes: 10, checkedAt: 5 },
  problem: { line: 4, what: 'changed', detail: 'line 4 is not what was written' },
};

async function faultline(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(['--url', url, ...args], {
    env: {},
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

describe('policy', () => {
  it('lists links and services, what is off and what was changed', async () => {
    const { out } = await faultline('policy', 'list');
    expect(out).toMatch(/a->b .* hedge +-/);
    expect(out).toMatch(/a->c .* hedge breaker +breaker\.enabled=false/);
    expect(out).toMatch(/payments +idempotency rateLimit +- +rateLimit\.burst=3/);
  });

  it('lists only what was changed, flags and mutual TLS among it', async () => {
    const { out } = await faultline('policy', 'list', '--changed');
    expect(out).not.toContain('a->b');
    expect(out).toContain('flag new-checkout  50 % of users');
    expect(out).toContain('mutual TLS  on');
    const json = JSON.parse(
      (await faultline('policy', 'list', '--changed', '--json')).out,
    ) as object;
    expect(json).toMatchObject({
      policies: [{ link: 'a->c' }],
      services: [{ service: 'payments' }],
      flags: [{ flag: { percentage: 50 } }],
      mtls: { on: true },
    });
  });

  it('lists every field of one of them', async () => {
    const { out } = await faultline('policy', 'list', 'payments');
    expect(out).toMatch(/rateLimit\.burst +3 +100/);
  });

  it('sets fields of a link or of a service', async () => {
    await faultline('policy', 'set', 'a->b', 'retry.attempts=5', '--breaker.enabled', 'false');
    await faultline('policy', 'set', 'payments', 'idempotency.enabled=false');
    expect(asked).toEqual([
      [
        'PATCH',
        '/api/policies/a->b',
        { retry: { attempts: 5 }, breaker: { enabled: false } },
        'cli',
      ],
      ['PATCH', '/api/policies/services/payments', { idempotency: { enabled: false } }, 'cli'],
    ]);
  });

  it('puts one target back, or all', async () => {
    expect((await faultline('policy', 'reset', 'payments')).out).toBe('as at launch: payments\n');
    expect((await faultline('policy', 'reset', 'a->b')).out).toContain('everything was');
    expect((await faultline('policy', 'reset')).out).toBe('as at launch: a->c\n');
    expect(asked.map((request) => request.slice(0, 3))).toEqual([
      ['PATCH', '/api/policies/services/payments', { rateLimit: { burst: 100 } }],
      ['POST', '/api/policies/reset', {}],
    ]);
  });

  it.each([
    [['policy', 'set', 'nobody', 'a.b=1'], 1, /one of a->b, a->c, payments; got nobody/],
    [['policy', 'list', 'nobody'], 1, /got nobody/],
    [['policy', 'set', 'payments', 'retry.attempts=5'], 64, /fields are idempotency\.enabled=…/],
    [['policy', 'set', 'payments', 'rateLimit.burst=many'], 64, /must be a number, got many/],
    [['flag', 'set', 'none', 'percentage=1'], 1, /one of new-checkout; got none/],
    [['flag', 'set', 'new-checkout', 'percentage'], 64, /got percentage/],
    [['mtls', 'maybe'], 64, /on or off, got maybe/],
  ])('%j ends with %i and says why', async (args, code, message) => {
    const answer = await faultline(...args);
    expect(answer.code).toBe(code);
    expect(answer.err).toMatch(message);
    expect(asked).toEqual([]);
  });
});

describe('flags, mutual TLS and stop all', () => {
  it('are shown and changed', async () => {
    expect((await faultline('flag', 'list')).out).toMatch(/new-checkout +50 % of users +10 %/);
    await faultline('flag', 'set', 'new-checkout', 'percentage=25', 'users=ada');
    expect((await faultline('mtls')).out).toContain('is on');
    expect((await faultline('mtls', 'off')).out).toContain('is off');
    expect(asked.map((request) => request.slice(0, 3))).toEqual([
      ['PATCH', '/api/policies/flags/new-checkout', { percentage: 25, users: ['ada'] }],
      ['PATCH', '/api/policies/mtls', { on: false }],
    ]);
  });

  it('says what stop all put back', async () => {
    const { out } = await faultline('stop-all');
    expect(out).toContain('cleared 1');
    expect(out).toContain('as at launch: mtls');
  });
});

describe('audit', () => {
  it('lists entries without what would move the cursor', async () => {
    const { out } = await faultline('audit', 'list', '--action', 'policy');
    expect(out).toMatch(/12 +1970-01-01T00:00:00\.000Z +console +policy\.patch +a->c +done +off/);
    expect(out).not.toContain('\u001b');
  });

  it('verifies with the lab, and ends with 1 when the chain is broken', async () => {
    const { code, out } = await faultline('audit', 'verify');
    expect(code).toBe(1);
    expect(out).toContain('line 4 changed: line 4 is not what was written; 3 entries before it');
  });

  it('verifies a file without a lab', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faultline-cli-'));
    const file = join(folder, 'audit.jsonl');
    await writeFile(file, '');
    const args = ['--url', 'http://127.0.0.1:9', 'audit', 'verify', '--file'];
    expect(await faultline(...args, file)).toMatchObject({
      code: 0,
      out: '0 entries (0 kB), chain whole\n',
    });
    await writeFile(file, '{"at":1');
    const cut = await faultline(...args, file, '--json');
    expect(cut.code).toBe(1);
    expect(JSON.parse(cut.out)).toMatchObject({ problem: { line: 1, what: 'truncated' } });
    expect((await faultline(...args, join(folder, 'none'))).code).toBe(64);
    await rm(folder, { recursive: true });
  });
});
