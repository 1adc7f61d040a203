import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { parseFlags } from './flags.ts';
import { caller } from './testing/lab.ts';
import { startClient, startEcho, startPeer } from './testing/peers.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

interface Line {
  readonly msg: string;
  readonly port: number;
}

function launch(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function lineWith(child: ChildProcess, text: string): Promise<Line> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes(text)) return JSON.parse(line) as Line;
  }
  throw new Error(`the process ended without a line with ${text}`);
}

it('tells when it is ready, takes a config, and ends with 0 on SIGTERM despite live connections', async () => {
  await using echo = await startEcho();
  const folder = await mkdtemp(join(tmpdir(), 'tcp-proxy-'));
  const config = join(folder, 'proxies.json');
  const line = { name: 'line', listen: '127.0.0.1:0', upstream: echo.address };
  await writeFile(config, JSON.stringify([line]));
  const child = launch('--port=0', '-config', config, '-proxy-metrics', '-seed', '7');
  const ended = once(child, 'exit');
  const { port } = await lineWith(child, '"msg":"ready"');
  const call = caller(port);
  const { listen } = (await call('GET', '/proxies/line')).json as { listen: string };
  using client = await startClient(listen);
  client.socket.write('hello');
  await client.has(5);
  expect((await call('GET', '/metrics')).text).toContain(
    `toxiproxy_proxy_sent_bytes_total{direction="downstream",listener="${listen}",proxy="line",upstream="${echo.address}"} 5\n`,
  );
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await rm(folder, { recursive: true });
});

it('ends with 1 and says why when its port is taken', async () => {
  await using taken = await startPeer();
  const child = launch('-port', String(taken.port));
  const ended = once(child, 'exit');
  const { msg } = await lineWith(child, '"msg"');
  expect(msg).toBe(
    `port ${taken.port} on 127.0.0.1 is taken: stop what listens there or choose another -port`,
  );
  expect(await ended).toEqual([1, null]);
});

it('runs without a config that cannot be read', async () => {
  const child = launch('-port', '0', '-config', '/nowhere/proxies.json');
  const ended = once(child, 'exit');
  await lineWith(child, '"msg":"ready"');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});

it.each([
  [['-port', '99999'], '-port must be an integer from 0 to 65535, got 99999'],
  [['-seed=x'], '-seed must be an integer, got x'],
  [['-host'], 'flag needs an argument: -host'],
  [['-version=maybe'], '-version must be true or false, got maybe'],
])('refuses the command line %j', (args, problem) => {
  expect(parseFlags(args)).toEqual({ problem });
});
