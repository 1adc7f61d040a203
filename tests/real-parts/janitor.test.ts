import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { docker, publishedPort, tryDocker } from './engine.ts';
import { findDocker, IMAGES, isMissing, titleOf } from './parts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const missing = isMissing('docker', findDocker());
const GRACE_MS = 4000;

const lab = `janitor-${process.pid}`;
const network = `faultline-${lab}`;
const stranger = `stranger-${lab}`;

/** A control plane as the janitor hears it, and what the janitor says. */
interface Attachment {
  say(line: string): void;
  beat(): void;
  fallSilent(): void;
  /** Waits until the janitor says `event`. */
  says(event: string): Promise<void>;
}

let attached: ChildProcess | undefined;
let beating: NodeJS.Timeout | undefined;

/** Starts a container of the lab (or of another one) that does nothing. */
function startIdle(instance: string, ...flags: string[]): Promise<string> {
  const labels = [
    '--label',
    `io.faultline.lab=${lab}`,
    '--label',
    `io.faultline.instance=${instance}`,
  ];
  const name = `faultline-${lab}-${instance}`;
  const idle = [IMAGES.node, 'sleep', '600'];
  return docker('run', '-d', '--init', '--name', name, ...labels, ...flags, ...idle);
}

async function startToxiproxy(): Promise<string> {
  const id = await docker(
    ...['run', '-d', '--name', `faultline-${lab}-toxiproxy-1`, '--network', network],
    ...['--network-alias', 'toxiproxy-1', '--publish', '127.0.0.1::8474'],
    ...['--label', `io.faultline.lab=${lab}`, '--label', 'io.faultline.instance=toxiproxy-1'],
    ...[IMAGES.toxiproxy, '-host=0.0.0.0'],
  );
  const url = `http://127.0.0.1:${await publishedPort(id, 8474)}`;
  await expect.poll(() => fetch(url).catch(() => null), { timeout: 20_000 }).not.toBeNull();
  return url;
}

/** The present code in the image that the image of the services is made from. */
async function startJanitor(): Promise<Attachment> {
  const name = `faultline-${lab}-janitor-1`;
  await docker(
    ...['run', '-d', '-i', '--rm', '--init', '--read-only', '--name', name, '--network', network],
    ...['--label', `io.faultline.lab=${lab}`, '--label', 'io.faultline.instance=janitor-1'],
    ...['--user', '0:0', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--volume', '/var/run/docker.sock:/var/run/docker.sock', '--volume', `${ROOT}:/app:ro`],
    ...['--env', `FAULTLINE_LAB=${lab}`, '--env', `FAULTLINE_NETWORK=${network}`],
    ...['--env', 'PROXY_API_URL=http://toxiproxy-1:8474', '--env', `GRACE_MS=${GRACE_MS}`],
    ...['--workdir', '/app', IMAGES.node, 'node', 'docker/fleet/src/janitor/main.ts'],
  );
  const child = spawn('docker', ['attach', '--sig-proxy=false', name], { stdio: 'pipe' });
  attached = child;
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const say = (line: string): void => void child.stdin.write(`${line}\n`);
  const beat = (): void => {
    say('beat');
    beating = setInterval(() => say('beat'), 1000);
  };
  beat();
  return {
    say,
    beat,
    fallSilent: () => clearInterval(beating),
    says: (event) =>
      expect.poll(() => said.join('\n'), { timeout: 20_000 }).toContain(`"msg":"${event}"`),
  };
}

/** Names of what carries the lab's label. */
async function ofLab(): Promise<Record<'containers' | 'networks' | 'volumes', string[]>> {
  const filter = ['--filter', `label=io.faultline.lab=${lab}`, '--format'];
  const [containers, networks, volumes] = await Promise.all([
    docker('ps', '-a', ...filter, '{{.Names}}'),
    docker('network', 'ls', ...filter, '{{.Name}}'),
    docker('volume', 'ls', ...filter, '{{.Name}}'),
  ]);
  const names = (text: string): string[] => text.split('\n').filter(Boolean).sort();
  return { containers: names(containers), networks: names(networks), volumes: names(volumes) };
}

const NOTHING = { containers: [], networks: [], volumes: [] };

async function addFaults(url: string): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect(answer.ok).toBe(true);
  };
  const upstream = '127.0.0.1:1';
  await post('/proxies', { name: 'slow', listen: '0.0.0.0:20001', upstream, enabled: true });
  await post('/proxies', { name: 'cut', listen: '0.0.0.0:20002', upstream, enabled: true });
  await post('/proxies/slow/toxics', { type: 'latency', attributes: { latency: 2000 } });
  await post('/proxies/cut', { enabled: false });
}

async function faultsAt(url: string): Promise<string[]> {
  const proxies = (await (await fetch(`${url}/proxies`)).json()) as Record<
    string,
    { enabled: boolean; toxics: unknown[] }
  >;
  return Object.entries(proxies)
    .filter(([, { enabled, toxics }]) => !enabled || toxics.length > 0)
    .map(([name]) => name);
}

async function isPaused(instance: string): Promise<boolean> {
  const name = `faultline-${lab}-${instance}`;
  return (await docker('inspect', '--format', '{{.State.Paused}}', name)) === 'true';
}

async function removeAll(): Promise<void> {
  const { containers, networks, volumes } = await ofLab();
  await tryDocker('rm', '-f', '-v', stranger, ...containers);
  for (const name of networks) await tryDocker('network', 'rm', name);
  for (const name of volumes) await tryDocker('volume', 'rm', name);
}

describe.skipIf(missing)(titleOf('the janitor of a lab in containers', missing), () => {
  beforeEach(async () => {
    await docker('network', 'create', '--label', `io.faultline.lab=${lab}`, network);
    await docker('volume', 'create', '--label', `io.faultline.lab=${lab}`, `${network}-data`);
  });
  afterEach(async () => {
    clearInterval(beating);
    attached?.kill('SIGKILL');
    await removeAll();
  });

  it('ends the faults of a control plane that is silent, and everything if it stays so', async () => {
    const proxies = await startToxiproxy();
    await startIdle('orders-1', '--network', network, '--volume', `${network}-data:/data`);
    await startIdle('payments-1', '--network', network);
    await startIdle('kafka-1', '--label', 'io.faultline.managed=compose');
    await docker('run', '-d', '--name', stranger, '--init', IMAGES.node, 'sleep', '600');
    const plane = await startJanitor();
    await addFaults(proxies);
    await docker('pause', `faultline-${lab}-payments-1`);
    await docker('pause', `faultline-${lab}-kafka-1`);

    plane.fallSilent();
    await plane.says('the proxies are free of faults');
    expect(await faultsAt(proxies)).toEqual([]);
    expect(await Promise.all(['payments-1', 'kafka-1'].map(isPaused))).toEqual([false, false]);

    plane.beat();
    await plane.says('the control plane is back');
    expect((await ofLab()).containers).toHaveLength(5);

    plane.fallSilent();
    const managed = [`faultline-${lab}-kafka-1`];
    await expect
      .poll(ofLab, { timeout: 30_000, interval: 250 })
      .toEqual({ ...NOTHING, containers: managed });
    expect(await docker('inspect', '--format', '{{.State.Running}}', stranger)).toBe('true');
  });

  it('removes everything at once when the control plane says so, also what is paused', async () => {
    await startIdle('orders-1', '--network', network, '--volume', `${network}-data:/data`);
    await docker('pause', `faultline-${lab}-orders-1`);
    const plane = await startJanitor();
    plane.say('down');
    await expect.poll(ofLab, { timeout: 30_000, interval: 250 }).toEqual(NOTHING);
  });

  it('leaves without a trace, and leaves the lab, when the control plane says so', async () => {
    await startIdle('orders-1', '--network', network);
    const plane = await startJanitor();
    plane.say('leave');
    await expect
      .poll(ofLab, { timeout: 30_000, interval: 250 })
      .toMatchObject({ containers: [`faultline-${lab}-orders-1`], networks: [network] });
  });
});
