import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneOf, startLab, type Lab } from './lab.ts';
import { until } from './wait.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
}, 180_000);

afterAll(() => lab?.[Symbol.asyncDispose]());

describe.runIf(process.platform === 'linux')('a killed control plane', () => {
  it('leaves no fault behind, and its successor picks the same fleet up', async () => {
    const before = await lab.fleet();
    const started = new Map(
      before.services.flatMap(({ instances }) => instances.map((one) => [one.id, one.startedAt])),
    );
    await lab.breakWith({
      kind: 'network.latency',
      link: 'gateway->catalog',
      latencyMs: 1500,
      ttlSeconds: 600,
    });
    await lab.breakWith({ kind: 'process.pause', instance: 'notifications-1', ttlSeconds: 600 });

    process.kill(controlPlaneOf(lab), 'SIGKILL');

    await until('an undisturbed product page', async () => {
      const startedAt = performance.now();
      const fleet = await lab.fleet();
      return fleet.state === 'ready' && performance.now() - startedAt < 1000;
    });
    expect(await lab.faults()).toEqual([]);
    const after = await lab.fleet();
    for (const { instances } of after.services) {
      for (const { id, startedAt, state } of instances) {
        expect([id, startedAt, state]).toEqual([id, started.get(id), 'ready']);
      }
    }
    await lab.settle();
  });
});

describe('an interrupted lab', () => {
  it('ends and leaves no process behind', async () => {
    await lab.end('SIGINT');
    await until('no process left', () => lab.processes().length === 0);
  });
});

describe.runIf(process.platform === 'linux')('a lab whose supervisor was killed', () => {
  it('ends by itself and leaves no process behind', async () => {
    await using victim = await startLab(['--no-load']);
    await victim.end('SIGKILL');
    await until('no process left', () => victim.processes().length === 0);
  });
});
