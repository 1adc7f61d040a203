import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../lab/lab.ts';
import { until } from '../../lab/wait.ts';
import { docker, publishedPort } from '../../real-parts/engine.ts';
import { findDocker, isMissing, titleOf } from '../../real-parts/parts.ts';
import { EXPERIMENTS } from './experiments.ts';
import { runExperiment, type Outcome } from './run.ts';

const missing = isMissing('docker', findDocker());
const outcomes = new Map<string, Outcome>();

describe('every experiment holds on processes', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(['--runtime', 'process']);
  }, 240_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each(EXPERIMENTS)(
    '$name',
    async (experiment) => {
      const outcome = await runExperiment(lab, experiment);
      outcomes.set(experiment.name, outcome);
      expect(outcome.verdict).toBe('holds');
      expect(outcome.events).toEqual(
        expect.arrayContaining(['the fault begins', 'the fault ends']),
      );
    },
    300_000,
  );
});

describe.skipIf(missing)(titleOf('every experiment ends the same on containers', missing), () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(['--runtime', 'docker']);
  }, 600_000);
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each(EXPERIMENTS)(
    '$name',
    async (experiment) => {
      expect(await runExperiment(lab, experiment)).toEqual(outcomes.get(experiment.name));
    },
    300_000,
  );

  it('is cleared and removed by its janitor when all else is killed', async () => {
    const gateway = await containerOf('gateway-1');
    const label = 'io.faultline.lab';
    const name = await docker(
      'inspect',
      '--format',
      `{{index .Config.Labels "${label}"}}`,
      gateway,
    );
    const own = ['--filter', `label=${label}=${name}`, '--quiet'];
    const proxyPort = await publishedPort(await containerOf('toxiproxy-1'), 8474);
    const fault = { kind: 'network.timeout', link: 'orders->payments', ttlSeconds: 3600 };
    await lab.breakWith(fault);
    expect(await toxicsAt(proxyPort)).not.toBe(0);

    for (const pid of lab.processes()) process.kill(pid, 'SIGKILL');
    // Long before the server itself is removed.
    await until('no toxic', async () => (await toxicsAt(proxyPort)) === 0, { timeoutMs: 60_000 });
    await until(
      'nothing of the lab on the engine',
      async () => {
        const left = await Promise.all([
          docker('ps', '--all', ...own),
          docker('network', 'ls', ...own),
          docker('volume', 'ls', ...own),
        ]);
        return left.every((ids) => ids === '');
      },
      { timeoutMs: 120_000 },
    );
  }, 240_000);
});

function containerOf(instance: string): Promise<string> {
  return docker('ps', '--quiet', '--filter', `label=io.faultline.instance=${instance}`);
}

/** Toxics of all proxies. */
async function toxicsAt(port: number): Promise<number> {
  const proxies: unknown = await (await fetch(`http://127.0.0.1:${port}/proxies`)).json();
  return Object.values(proxies as Record<string, { toxics: unknown[] }>).flatMap(
    ({ toxics }) => toxics,
  ).length;
}
