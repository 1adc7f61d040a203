import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECRET_KINDS } from '@faultline/chassis/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../exit.ts';
import { run } from '../program.ts';

let server: Server;
let url: string;
const asked: string[] = [];
const secrets = SECRET_KINDS.map((what) => ({
  ...{ what, title: `Title of ${what}`, effect: 'All is new.' },
  rotatedAt: what === 'database' ? Date.UTC(2030, 0, 1) : null,
}));

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      const status = body.includes('clients') ? 409 : body.includes('everything') ? 400 : 200;
      const code = status === 409 ? 'not-running' : 'invalid-request';
      const problem = { type: 'about:blank', title: 'It is not running', status, code };
      const detail = 'The fleet is stopped.';
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? { secrets } : { ...problem, detail }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function secretsOf(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await run(['--url', url, 'secrets', ...args], {
    env: { NO_COLOR: '1' },
    stdout: { write: (text: string) => void (out += text) },
    stderr: { write: (text: string) => void (err += text) },
  });
  return { code, out, err };
}

it('lists kinds and when they were replaced', async () => {
  const { code, out } = await secretsOf('list');
  expect(code).toBe(EXIT.done);
  expect(out).toContain('2030-01-01T00:00:00.000Z');
  expect(out).toContain('not since the launch');
  expect(JSON.parse((await secretsOf('list', '--json')).out)).toEqual(secrets);
});

it('replaces one kind', async () => {
  const { code, out } = await secretsOf('rotate', 'database');
  expect([code, out]).toEqual([EXIT.done, 'database replaced. All is new.\n']);
  expect(asked.at(-1)).toBe('POST /api/secrets/rotate {"what":"database"}');
  const { out: json } = await secretsOf('rotate', 'database', '--json');
  expect(JSON.parse(json)).toMatchObject({ what: 'database' });
});

it.each(['clients', 'everything'])('says why %s was refused, and exits with 1', async (what) => {
  const { code, err } = await secretsOf('rotate', what);
  expect(code).toBe(EXIT.refused);
  expect(err).toContain('The fleet is stopped.');
});

it('wants to know what', async () => {
  expect((await secretsOf('rotate')).code).toBe(EXIT.usage);
  expect((await secretsOf('rotate', '--help')).out).toContain('assertion-key');
});
