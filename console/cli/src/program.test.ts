import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './program.ts';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/problem+json');
    if (request.url === '/api/faults') {
      response.setHeader('content-type', 'application/json');
      if (request.method === 'POST') {
        response.statusCode = 201;
        request.pipe(response);
        return;
      }
      response.end(JSON.stringify({ faults: [], latched: false }));
      return;
    }
    if (request.url === '/api/faults/fault-1/extend') {
      response.setHeader('content-type', 'application/json');
      request.pipe(response);
      return;
    }
    if (request.url === '/api/faults/kinds') {
      response.setHeader('content-type', 'application/json');
      const limits = { targets: null, durationSeconds: 3600, protected: ['psp'] };
      response.end(JSON.stringify({ kinds: [LATENCY], limits }));
      return;
    }
    response.statusCode = request.url?.includes('/instances/') ? 404 : 400;
    const errors = [{ field: 'replicas', rule: 'at most 20', received: '99' }];
    response.end(
      JSON.stringify({ title: 'Refused', status: response.statusCode, code: 'refused', errors }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

const LATENCY = {
  kind: 'network.latency',
  title: 'Latency',
  summary: 'Answers arrive late',
  selects: 'link',
  needsHttp: false,
  fields: [
    {
      name: 'latencyMs',
      title: 'Latency',
      unit: 'ms',
      type: 'integer',
      minimum: 0,
      maximum: 60_000,
      default: 2000,
      choices: [],
      description: 'added to each answer',
    },
  ],
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

describe('the command line', () => {
  it('prints a table for people and JSON for scripts', async () => {
    expect((await faultline('fault', 'list')).out).toBe('no active faults\n');
    expect(JSON.parse((await faultline('fault', 'list', '--json')).out)).toEqual({
      faults: [],
      latched: false,
    });
    expect((await faultline('--json', 'fault', 'list')).out).toContain('"latched"');
  });

  it('turns the flags of a fault into the request', async () => {
    const { code, out } = await faultline(
      ...['fault', 'add', 'network.latency', '--link', 'orders->payments'],
      ...['--latency-ms', '2s', '--ttl', '40s', '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      kind: 'network.latency',
      link: 'orders->payments',
      latencyMs: 2000,
      ttlSeconds: 40,
    });
  });

  it('extends a fault by so many seconds', async () => {
    const extend = ['fault', 'extend', 'fault-1'];
    expect(JSON.parse((await faultline(...extend, '--seconds', '90', '--json')).out)).toEqual({
      seconds: 90,
    });
    expect((await faultline(...extend, '--seconds', 'long')).code).toBe(64);
  });

  it('ends with 1 and names field, rule and value when the lab refuses', async () => {
    const { code, err } = await faultline('scale', 'payments', '99');
    expect(code).toBe(1);
    expect(err).toContain('replicas: at most 20, got 99');
  });

  it('ends with 64 on a wrong command line', async () => {
    expect((await faultline('no-such-command')).code).toBe(64);
    expect((await faultline('scale', 'payments', 'many')).code).toBe(64);
    expect((await faultline('fault', 'list', '--no-such-flag')).code).toBe(64);
    const { code, err } = await faultline('up', '--runtime', 'podman');
    expect(code).toBe(64);
    expect(err).toMatch(/--runtime.*podman.*process, docker/);
  });

  it('ends with 70 and says how to start a lab when none answers', async () => {
    const { code, err } = await faultline('--url', 'http://127.0.0.1:9', 'status');
    expect(code).toBe(70);
    expect(err).toContain('npm start');
  });

  it('ends with 70 when the answer has another shape than expected', async () => {
    const other = createServer((_, response) => response.end('{"faults": 3}'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await faultline('--url', `http://127.0.0.1:${port}`, 'fault', 'list');
    other.close();
    expect(code).toBe(70);
    expect(err).toContain('faults');
  });

  it('helps, with exit code 0', async () => {
    const { code, out } = await faultline('--help');
    expect(code).toBe(0);
    for (const command of [
      'status',
      'fault',
      'policy',
      'flag',
      'mtls',
      'audit',
      'kill',
      'pause',
      'restart',
      'scale',
      'runtimes',
      'up',
      'traces',
      'sagas',
      'logs',
      'down',
    ]) {
      expect(out).toContain(command);
    }
  });
});
