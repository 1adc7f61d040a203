import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../lab/free-port.ts';
import { docker, tryDocker } from './engine.ts';
import { findDocker, findProgram, isMissing, titleOf } from './parts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

/** Building the images, and starting everything on a small machine. */
const UP_TIMEOUT_MS = 20 * 60_000;
const READY_TIMEOUT_MS = 5 * 60_000;

const missing = isMissing('docker', findDocker()) || isMissing('docker', await findCompose());
const lab = `compose-${process.pid}`;
const own = `label=io.faultline.lab=${lab}`;

let environment: NodeJS.ProcessEnv;
let origin: string;

/** `docker compose` where it is, else its predecessor. */
async function findCompose(): Promise<string[] | null> {
  const { code } = await tryDocker('compose', 'version').catch(() => ({ code: 1 }));
  if (code === 0) return ['docker', 'compose'];
  const predecessor = findProgram('docker-compose');
  return predecessor === null ? null : [predecessor];
}

async function compose(...args: string[]): Promise<void> {
  const [program = '', ...first] = (await findCompose()) ?? [];
  const options = { cwd: ROOT, env: environment, maxBuffer: 64 * 1024 ** 2 };
  await execute(program, [...first, ...args], options);
}

/** An answer of the console as somebody on the host gets it; null while there is none. */
async function get(path: string): Promise<unknown> {
  const answer = await fetch(`${origin}${path}`).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

/** The status that a container of the fleet gets, and the code of the problem. */
async function askFromInside(
  method: string,
  url: string,
  host: string,
): Promise<{ status: number; code: string }> {
  const script = `
    const [method, url, host] = process.argv.slice(1);
    const call = require('node:http').request(url, { method, headers: { host } }, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      console.log(JSON.stringify({ status: answer.statusCode, code: JSON.parse(text).code }));
    });
    call.end();
  `;
  const container = `faultline-${lab}-orders-1`;
  const said = await docker('exec', container, 'node', '-e', script, method, url, host);
  return JSON.parse(said) as { status: number; code: string };
}

/** The running container of a service of the file: names differ between versions of compose. */
function containerOf(service: string): Promise<string> {
  const project = ['--filter', `label=com.docker.compose.project=${lab}`];
  return docker('ps', '-q', ...project, '--filter', `label=com.docker.compose.service=${service}`);
}

/** Names of the lab's containers by who made them. */
async function containers(): Promise<{ byCompose: string[]; byLab: string[] }> {
  const format = '{{.Names}} {{.Label "io.faultline.managed"}}';
  const lines = (await docker('ps', '-a', '--filter', own, '--format', format)).split('\n');
  const names = (managed: boolean): string[] =>
    lines
      .map((line) => line.split(' '))
      .filter(([name, label]) => name !== '' && (label === 'compose') === managed)
      .map(([name = '']) => name);
  return { byCompose: names(true), byLab: names(false) };
}

beforeAll(async () => {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const [port, grpc, http] = ports.map(String);
  origin = `http://127.0.0.1:${port}`;
  environment = {
    ...process.env,
    COMPOSE_PROJECT_NAME: lab,
    FAULTLINE_LAB: lab,
    FAULTLINE_PORT: port,
    FAULTLINE_OTLP_GRPC_PORT: grpc,
    FAULTLINE_OTLP_HTTP_PORT: http,
    POSTGRES_PASSWORD: 'of this test',
  };
});

describe.skipIf(missing)(titleOf('the lab of docker-compose.yml', missing), () => {
  beforeAll(async () => {
    await compose('up', '-d', '--build');
  }, UP_TIMEOUT_MS);
  afterAll(async () => {
    await compose('down', '-v', '-t', '30');
    const { byLab } = await containers();
    if (byLab.length > 0) await tryDocker('rm', '-f', '-v', ...byLab);
  }, 120_000);

  it(
    'comes up with the services on the parts that compose made',
    async () => {
      const fleet = () => get('/api/fleet');
      await expect
        .poll(fleet, { timeout: READY_TIMEOUT_MS, interval: 1000 })
        .toMatchObject({ state: 'ready', runtime: 'docker' });
      const { byCompose, byLab } = await containers();
      expect(byCompose).toHaveLength(6);
      expect(byLab).toContain(`faultline-${lab}-janitor-1`);
      expect(byLab.filter((name) => /kafka|postgres|toxiproxy/.test(name))).toEqual([]);
    },
    READY_TIMEOUT_MS,
  );

  it('serves orders, and sees them', async () => {
    const options = { timeout: 90_000, interval: 1000 };
    const completed = async () => {
      const sagas = (await get('/api/sagas')) as { counts: { completed: number } } | null;
      return sagas?.counts.completed ?? 0;
    };
    const gatewayRate = async () => {
      const red = (await get('/api/red?window=30s')) as {
        services: { service: string; ratePerS: number }[];
      } | null;
      return red?.services.find(({ service }) => service === 'gateway')?.ratePerS ?? 0;
    };
    await expect.poll(completed, options).toBeGreaterThan(0);
    await expect.poll(gatewayRate, options).toBeGreaterThan(0);
  });

  it('cannot be commanded by a container of the fleet', async () => {
    for (const host of ['console:3000', '127.0.0.1:3000', 'localhost']) {
      const answer = await askFromInside('DELETE', 'http://console:3000/api/faults', host);
      expect(answer).toEqual({ status: 403, code: 'peer-refused' });
    }
    const bridge = await askFromInside('GET', 'http://console:3100/api/fleet', '127.0.0.1:3000');
    expect(bridge).toEqual({ status: 404, code: 'not-found' });
  });

  it('loses its faults and its services with the console, and nothing that compose made', async () => {
    const fault = { kind: 'network.latency', link: 'orders->payments', latencyMs: 1500 };
    const applied = await fetch(`${origin}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...fault, ttlSeconds: 300 }),
    });
    expect(applied.status).toBe(201);
    const toxics = async () => {
      return docker(
        'exec',
        await containerOf('toxiproxy'),
        '/toxiproxy-cli',
        'inspect',
        'orders.payments-1',
      );
    };
    expect(await toxics()).toContain('latency=1500');

    await docker('kill', await containerOf('console'));
    await expect.poll(toxics, { timeout: 10_000, interval: 250 }).not.toContain('latency=1500');
    await expect
      .poll(async () => (await containers()).byLab, { timeout: 60_000, interval: 500 })
      .toEqual([]);
    expect((await containers()).byCompose).toHaveLength(6);
  });

  it('leaves nothing behind', { timeout: 120_000 }, async () => {
    await compose('down', '-v');
    expect(await docker('ps', '-aq', '--filter', own)).toBe('');
    expect(await docker('network', 'ls', '-q', '--filter', own)).toBe('');
    expect(await docker('volume', 'ls', '-q', '--filter', own)).toBe('');
  });
});
