import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { policiesSchema, runSchema, runsSchema, type Run } from '@faultline/server/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneOf, processesThatName, startLab, type Lab } from './lab.ts';
import { until } from './wait.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FAULTLINE = join(ROOT, 'console/cli/bin/faultline.mjs');
const LIBRARY = join(ROOT, 'scenarios/experiments');
/** Breaks a line, and a policy, for so long that there is time to kill somebody. */
const LONG = `
apiVersion: faultline/v1
kind: Experiment
metadata: { name: long-latency, title: A slow payments service is survived }
load: { rps: 4, warmup: 1s }
policies: [{ link: orders->payments, breaker: off }]
steadyState: [{ probe: red.rate, service: gateway, window: 5s, expect: '> 0.1/s' }]
method:
  - inject: { kind: network.latency, link: orders->payments, latency: 2s, for: 5m }
  - observe: { for: 4m }
`;

interface Ended {
  code: number | null;
  output: string;
}

function faultline(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [FAULTLINE, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** What the audit trails of the labs with their data in `folder` say. */
function auditTrailsIn(folder: string): string {
  return globSync(join(folder, '*/audit.jsonl'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
}

describe('a library run on a bare machine', () => {
  it('brings a lab up and down, shows both variants as claimed and leaves nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faultline-junit-'));
    const junit = join(folder, 'out.xml');
    const experiment = join(LIBRARY, 'every-service-asks-who-calls.yaml');
    const run = faultline(['run', experiment, '--launch', '--junit', junit], { TMPDIR: folder });
    const { code, output } = await endOf(run);
    expect(output).toContain('as claimed');
    expect(code, output).toBe(0);
    const xml = await readFile(junit, 'utf8');
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    expect(xml).not.toContain('<failure');
    await until('no process left', () => processesThatName(folder).length === 0);
    await rm(folder, { recursive: true, force: true });
  }, 300_000);

  it.runIf(process.platform === 'linux')(
    'takes its lab with it when it is killed in mid-run',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'faultline-killed-'));
      const file = join(folder, 'long-latency.yaml');
      await writeFile(file, LONG);
      const run = faultline(['run', file, '--launch'], { TMPDIR: folder });
      const gone = endOf(run);
      await until('a fault of the run', () => auditTrailsIn(folder).includes('"fault.apply"'), {
        timeoutMs: 120_000,
      });
      expect(processesThatName(folder).length).toBeGreaterThan(12);
      run.kill('SIGKILL');
      await gone;
      await until('no process left', () => processesThatName(folder).length === 0);
      await rm(folder, { recursive: true, force: true });
    },
    300_000,
  );

  it('refuses a document that is wrong before anything is started, line by line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'faultline-bad-'));
    const file = join(folder, 'every-service-asks-who-calls.yaml');
    const good = await readFile(join(LIBRARY, 'every-service-asks-who-calls.yaml'), 'utf8');
    await writeFile(file, good.replace('probe: http', 'probe: htp'));
    const { code, output } = await endOf(faultline(['validate', file]));
    expect(output).toMatch(/calls\.yaml:\d+:\d+: .*htp/);
    expect(output).toContain('did you mean http?');
    expect(code).toBe(64);
    await rm(folder, { recursive: true, force: true });
  });
});

describe.runIf(process.platform === 'linux')('a run whose engine goes away', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  }, 180_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const runOf = (id: string): Promise<Run> => lab.get(`/api/runs/${id}`, runSchema);
  const newest = async () => (await lab.get('/api/runs', runsSchema)).runs[0];

  async function untilBroken(): Promise<void> {
    await until('an active fault', async () => (await lab.faults()).length > 0, {
      timeoutMs: 90_000,
    });
  }

  /** Nothing of the run is in effect any more: no fault, no changed policy. */
  async function untilAsAtLaunch(): Promise<void> {
    await until(
      'no fault and every policy as at launch',
      async () => {
        if ((await lab.faults()).length > 0) return false;
        const { policies, flags } = await lab.get('/api/policies', policiesSchema);
        const pairs = [
          ...policies.map(({ policy, initial }) => [policy, initial]),
          ...flags.map(({ flag, initial }) => [flag, initial]),
        ];
        return pairs.every(([now, initial]) => JSON.stringify(now) === JSON.stringify(initial));
      },
      { timeoutMs: 60_000 },
    );
  }

  it('is undone when the command line that began it is killed', async () => {
    const file = join(lab.dataDir, 'long-latency.yaml');
    await writeFile(file, LONG);
    const child = faultline(['--url', lab.url, 'run', file]);
    const ended = endOf(child);
    await untilBroken();
    child.kill('SIGKILL');
    await ended;
    await untilAsAtLaunch();
    const run = await until(
      'the end of the run',
      async () => {
        const summary = await newest();
        return summary?.state === 'ended' && runOf(summary.id);
      },
      { timeoutMs: 60_000 },
    );
    expect(run.variants[0]?.aborted?.by).toMatch(/person|disconnect/);
    expect(run.outcome?.exitCode).toBe(3);
  }, 240_000);

  it('leaves no fault behind when the control plane is killed, and tells of it afterwards', async () => {
    const { status, body } = await lab.send('POST', '/api/runs', { document: LONG });
    expect(status).toBe(201);
    const { id } = runSchema.parse(body);
    await untilBroken();
    process.kill(controlPlaneOf(lab), 'SIGKILL');
    await untilAsAtLaunch();
    const run = await until('the end of the run', async () => {
      const view = await runOf(id);
      return view.state === 'ended' && view;
    });
    expect(run.outcome).toMatchObject({ verdict: 'inconclusive', asClaimed: false });
  }, 240_000);
});
