import { TOPOLOGY, type Topology } from '@faultline/topology';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { until } from '../lab/wait.ts';
import {
  instanceOf,
  makeLabFolder,
  whatIsLeft,
  type DockerLab,
  type LabFolder,
} from './docker-lab.ts';
import { docker } from './engine.ts';
import { openEngineRelay, type EngineRelay } from './engine-relay.ts';
import { findDocker, isMissing, titleOf } from './parts.ts';

const missing = isMissing('docker', findDocker());
/** With a build of the image, on a busy machine. */
const LAUNCH_MS = 10 * 60_000;

describe.skipIf(missing)(titleOf('the fleet on containers', missing), () => {
  let folder: LabFolder;
  let lab: DockerLab;

  beforeAll(async () => {
    folder = await makeLabFolder();
    lab = await folder.open(TOPOLOGY);
    await lab.fleet.launch('docker');
  }, LAUNCH_MS);
  afterAll(async () => {
    await lab.fleet.stop();
    await lab.leave();
    await folder[Symbol.asyncDispose]();
  });

  const containerOf = (id: string): string => `faultline-${folder.lab}-${id}`;
  const inspect = (id: string, format: string): Promise<string> =>
    docker('inspect', '--format', format, containerOf(id));

  it('is ready on the real parts, and the engine is connected', async () => {
    const status = lab.fleet.status();
    expect(status).toMatchObject({
      runtime: 'docker',
      phase: 'ready',
      engine: { state: 'connected' },
    });
    await expect(inspect('kafka-1', '{{.Config.Image}}')).resolves.toMatch(/^apache\/kafka:/);
    await expect(inspect('postgres-1', '{{.Config.Image}}')).resolves.toMatch(/^postgres:/);
    const version = await fetch(`${lab.fleet.proxyApiUrl}/version`);
    expect(await version.json()).toEqual({ version: '2.12.0' });
  });

  it('serves shoppers through the proxies', async () => {
    const load = lab.fleet.directUrl('loadgen-1');
    await until('a placed order', async () => {
      const metrics = await (await fetch(`${load}/metrics`)).text();
      return /journey="checkout",outcome="2xx"[^\n]* [1-9]/.test(metrics);
    });
    const lines = await lab.fleet.logs('orders-1', 50);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(50);
    expect(lines.some((line) => line.startsWith('{"level"'))).toBe(true);
  });

  it('gives services no rights that they do not need', async () => {
    const host = await inspect('orders-1', '{{json .HostConfig}}');
    expect(JSON.parse(host)).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],

      SecurityOpt: ['no-new-privileges'],
      Memory: 256 * 1024 ** 2,
      RestartPolicy: { Name: 'no' },
    });
    await expect(inspect('orders-1', '{{.Config.User}}')).resolves.toBe('node');
  });

  it('publishes ports on the loopback address only', async () => {
    const ports = await docker(
      'ps',
      '--filter',
      `label=io.faultline.lab=${folder.lab}`,
      '--format',
      '{{.Ports}}',
    );
    expect(ports.match(/[\d.:[\]]+->/g)?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
  });

  it('measures memory and time of every container', async () => {
    const usage = await lab.fleet.usage();
    const services = TOPOLOGY.services.reduce((sum, { replicas }) => sum + replicas, 0);
    // And the proxy server, which is no resource that links end at.
    expect(usage).toHaveLength(services + TOPOLOGY.resources.length + 1);
    for (const { memoryBytes, cpuSeconds } of usage) {
      expect(memoryBytes).toBeGreaterThan(5e6);
      expect(cpuSeconds).toBeGreaterThan(0);
    }
  });

  it('is taken over by the next control plane as it stands', async () => {
    const started = await inspect('orders-2', '{{.State.StartedAt}}');
    await lab.leave();
    // Without sources: the image stays what it is, whoever works on the code meanwhile.
    lab = await folder.open(TOPOLOGY, tmpdir());
    await lab.fleet.launch();
    expect(lab.fleet.status()).toMatchObject({ runtime: 'docker', phase: 'ready' });
    await expect(inspect('orders-2', '{{.State.StartedAt}}')).resolves.toBe(started);
  });

  it('restarts a container that was killed, with its log', async () => {
    const before = await inspect('payments-1', '{{.Id}}');
    expect(await lab.fleet.kill('payments-1')).toEqual({ kind: 'done' });
    expect(instanceOf(lab.fleet, 'payments-1')).toMatchObject({
      state: 'crashed',
      detail: 'ended by SIGKILL',
    });
    await until('payments-1 is back', () => instanceOf(lab.fleet, 'payments-1')?.state === 'ready');
    expect(instanceOf(lab.fleet, 'payments-1')?.restarts).toBe(1);
    await expect(inspect('payments-1', '{{.Id}}')).resolves.toBe(before);
  });

  it('restarts a container that somebody else killed', async () => {
    await docker('kill', containerOf('catalog-1'));
    await until('the crash', () => instanceOf(lab.fleet, 'catalog-1')?.restarts === 1);
    await until('catalog-1 is back', () => instanceOf(lab.fleet, 'catalog-1')?.state === 'ready');
  });

  it('makes the proxies again after the proxy server was killed', async () => {
    await lab.fleet.kill('toxiproxy-1');
    await until('it is back', () => instanceOf(lab.fleet, 'toxiproxy-1')?.state === 'ready');
    const proxies = (await (await fetch(`${lab.fleet.proxyApiUrl}/proxies`)).json()) as object;
    expect(Object.keys(proxies)).toContain('orders.payments-1');
  });

  it('freezes a container and lets it go on; a frozen one can be stopped', async () => {
    expect(await lab.fleet.pause('shipping-1')).toEqual({ kind: 'done' });
    await expect(inspect('shipping-1', '{{.State.Status}}')).resolves.toBe('paused');
    expect(await lab.fleet.resume('shipping-1')).toEqual({ kind: 'done' });
    await expect(inspect('shipping-1', '{{.State.Status}}')).resolves.toBe('running');
    await lab.fleet.pause('shipping-1');
    expect(await lab.fleet.stopInstance('shipping-1')).toEqual({ kind: 'done' });
    await expect(inspect('shipping-1', '{{.State.ExitCode}}')).resolves.toBe('0');
    expect(await lab.fleet.startInstance('shipping-1')).toEqual({ kind: 'done' });
    expect(instanceOf(lab.fleet, 'shipping-1')?.state).toBe('ready');
  });

  it('scales a service up and down', async () => {
    expect(await lab.fleet.scale('inventory', 2)).toEqual({ kind: 'done' });
    await expect(inspect('inventory-2', '{{.State.Status}}')).resolves.toBe('running');
    expect(await lab.fleet.scale('inventory', 1)).toEqual({ kind: 'done' });
    await expect(inspect('inventory-2', '{{.State.Status}}')).resolves.toBe('exited');
  });

  it('let its janitor hear from it all the time', async () => {
    expect(await docker('logs', containerOf('janitor-1'))).toBe('');
  });

  it('leaves nothing behind', async () => {
    expect(await whatIsLeft(folder.lab)).toContain(`network faultline-${folder.lab}`);
    await lab.fleet.stop();
    expect(await whatIsLeft(folder.lab)).toEqual([]);
    expect(lab.fleet.status().phase).toBe('stopped');
  });
});

const SMALL: Topology = {
  services: [],
  resources: [{ name: 'postgres', purpose: '' }],
  topics: [],
};

describe.skipIf(missing)(titleOf('a fleet whose engine goes away', missing), () => {
  let folder: LabFolder;
  let relay: EngineRelay;
  let lab: DockerLab;

  beforeAll(async () => {
    relay = await openEngineRelay();
    folder = await makeLabFolder();
    vi.stubEnv('DOCKER_HOST', relay.address);
    lab = await folder.open(SMALL);
    // The runtime reads it when it is first used.
    await lab.fleet.launch('docker');
    vi.unstubAllEnvs();
  }, LAUNCH_MS);
  afterAll(async () => {
    await lab.fleet.stop();
    await lab.leave();
    await relay[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  // One test's failure is not the next one's.
  afterEach(() => relay.mend());

  const engineState = (): string | undefined => lab.fleet.status().engine?.state;

  it('is degraded and says why, until the engine is back', async () => {
    await relay.cut();
    await until('the loss', () => engineState() === 'lost');
    expect(lab.fleet.status()).toMatchObject({ phase: 'degraded' });
    await until('the cause', () =>
      /^No Docker engine: .*Install Docker or start it/.test(
        lab.fleet.status().engine?.detail ?? '',
      ),
    );
    const report = await lab.runtime.inspect();
    expect(report).toMatchObject({ available: false, engine: null });
    await relay.mend();
    await until('the recovery', () => engineState() === 'connected');
    expect(lab.fleet.status()).toMatchObject({ phase: 'ready', engine: { detail: '' } });
  });

  it('learns afterwards what ended meanwhile, and starts it again', async () => {
    await relay.cut();
    await until('the loss', () => engineState() === 'lost');
    await docker('kill', `faultline-${folder.lab}-toxiproxy-1`);
    await relay.mend();
    await until('the restart', () => instanceOf(lab.fleet, 'toxiproxy-1')?.restarts === 1);
    await until('it is ready', () => lab.fleet.status().phase === 'ready');
  });

  it('has a janitor again where the engine has ended it', async () => {
    await relay.cut();
    await until('the loss', () => engineState() === 'lost');
    const janitor = `faultline-${folder.lab}-janitor-1`;
    await docker('kill', janitor);
    await relay.mend();
    await until('a new janitor', async () => {
      const state = await docker('inspect', '--format', '{{.State.Status}}', janitor);
      return state === 'running';
    });
  });

  it('ends in bounded time even if the engine stays away, and starts from nothing next time', async () => {
    await relay.cut();
    await until('the loss', () => engineState() === 'lost');
    await lab.fleet.stop();
    expect(lab.fleet.status().phase).toBe('stopped');
    await relay.mend();
    await lab.fleet.launch('docker');
    expect(lab.fleet.status().phase).toBe('ready');
    await lab.fleet.stop();
    expect(await whatIsLeft(folder.lab)).toEqual([]);
  });
});
