import type { FleetView, Runtime } from '@faultline/server/contract';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../program.ts';

const STOPPED: FleetView = {
  ...{ runtime: 'process', engine: null, state: 'stopped', problem: null, usage: null },
  ...{ services: [], resources: [], links: [], progress: [] },
};
const RUNTIMES: Runtime[] = [
  {
    ...{ kind: 'process', available: true, problem: null, warnings: [], engine: null },
    ...{ images: [], footprintBytes: 1.5e9 },
  },
  {
    ...{ kind: 'docker', available: true, problem: null },
    warnings: ['2 processors are few'],
    engine: {
      ...{ version: '20.10.24', apiVersion: '1.41', operatingSystem: 'Debian GNU/Linux 12' },
      ...{ cpus: 2, memoryBytes: 8.2e9 },
    },
    images: [
      { name: 'faultline/services:0.1.0', action: 'build' },
      { name: 'apache/kafka:4.3.0', action: 'pull' },
    ],
    footprintBytes: 2.4e9,
  },
];

let server: Server;
let url: string;
/** What `GET /api/fleet` answers, one after the other; the last one stays. */
let views: FleetView[];
let runtimes: Runtime[];
let launches: unknown[];

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/runtimes') response.end(JSON.stringify({ runtimes }));
    else if (request.method === 'GET') {
      response.end(JSON.stringify(views.length > 1 ? views.shift() : views[0]));
    } else {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        launches.push(JSON.parse(body));
        response.end('{}');
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  views = [STOPPED];
  runtimes = RUNTIMES;
  launches = [];
});

async function faultline(isTTY: boolean, ...args: string[]) {
  let out = '';
  let err = '';
  const code = await run(['--url', url, ...args], {
    env: { NO_COLOR: '1' },
    stdout: { isTTY, columns: 60, write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const ready = (runtime: FleetView['runtime']): FleetView => ({
  ...STOPPED,
  ...{ runtime, state: 'ready' },
});
const pulling = (detail: string): FleetView => ({
  ...STOPPED,
  ...{ runtime: 'docker', state: 'launching' },
  progress: [{ part: 'images', state: 'starting', detail, elapsedMs: 900 }],
});

describe('faultline runtimes', () => {
  it('says what each takes, what would be fetched, and what may go wrong', async () => {
    views = [ready('process')];
    const { code, out } = await faultline(false, 'runtimes');
    expect(code).toBe(0);
    expect(out).toBe(
      [
        '✓ process  processes of this machine, nothing to install',
        '    the fleet is ready on it',
        '    takes about 1.50 GB of memory',
        '✓ docker   Docker Engine 20.10.24 (API 1.41) on Debian GNU/Linux 12, 2 CPUs, 8.20 GB',
        '    takes about 2.40 GB of memory',
        '    build    faultline/services:0.1.0',
        '    pull     apache/kafka:4.3.0',
        '    ! 2 processors are few',
        '',
      ].join('\n'),
    );
  });

  it('says why one cannot be used, and the way out', async () => {
    const problem = 'No Docker engine: /var/run/docker.sock is not there. Install Docker.';
    runtimes = RUNTIMES.map((runtime) =>
      runtime.kind === 'docker' ? { ...runtime, available: false, engine: null, problem } : runtime,
    );
    const { out } = await faultline(false, 'runtimes');
    expect(out).toContain(`✗ docker   no engine\n    ${problem}\n`);
  });

  it('prints the answer itself for scripts', async () => {
    const { out } = await faultline(false, 'runtimes', '--json');
    expect(JSON.parse(out)).toEqual({ runtimes: RUNTIMES });
  });
});

describe('faultline up', () => {
  it('launches a stopped fleet on what was asked for', async () => {
    views = [STOPPED, pulling('looking'), ready('docker')];
    const { code, out } = await faultline(false, 'up', '--runtime', 'docker');
    expect(code).toBe(0);
    expect(launches).toEqual([{ runtime: 'docker' }]);
    expect(out).toContain('the fleet is ready on the docker runtime');
  });

  it('switches a running fleet, and is not content with the old one', async () => {
    views = [ready('process'), ready('process'), pulling('looking'), ready('docker')];
    const { code } = await faultline(false, 'up', '--runtime', 'docker');
    expect(code).toBe(0);
    expect(launches).toEqual([{ runtime: 'docker' }]);
  });

  it('launches nothing when the fleet runs already', async () => {
    views = [ready('docker')];
    expect((await faultline(false, 'up', '--runtime', 'docker')).code).toBe(0);
    expect((await faultline(false, 'up')).code).toBe(0);
    expect(launches).toEqual([]);
  });

  it('rewrites one line at a terminal while images are fetched, and leaves none of it', async () => {
    views = [STOPPED, pulling('kafka: 1 of 8 layers'), pulling('kafka: 2 of 8'), ready('docker')];
    const { out } = await faultline(true, 'up', '--runtime', 'docker');
    expect(out).toContain(
      '… images kafka: 1 of 8 layers\r\u001b[K… images kafka: 2 of 8\r\u001b[K',
    );
    expect(out.endsWith('\r\u001b[Kthe fleet is ready on the docker runtime\n')).toBe(true);
  });

  it('ends with 70 when somebody cancels the launch', async () => {
    views = [STOPPED, pulling('looking'), STOPPED];
    const { code, err } = await faultline(false, 'up', '--runtime', 'docker');
    expect(code).toBe(70);
    expect(err).toContain('the launch was cancelled');
  });

  it('ends with 70 and the reason when the launch fails', async () => {
    const problem = 'The image apache/kafka:4.3.0 cannot be pulled: no such host.';
    views = [STOPPED, pulling('looking'), { ...STOPPED, runtime: 'docker', problem }];
    const { code, err } = await faultline(false, 'up', '--runtime', 'docker');
    expect(code).toBe(70);
    expect(err).toContain(problem);
  });
});
