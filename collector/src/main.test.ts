import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/running.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;

interface Line {
  level: number;
  msg: string;
  httpPort?: number;
  grpcPort?: number;
}

const children: ChildProcess[] = [];
let dataDir: string;
beforeAll(async () => {
  dataDir = await temporaryFolder();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts the program and reads its first line. */
async function run(...args: string[]): Promise<{ child: ChildProcess; line: Line }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  if (!child.stdout) throw new Error('stdout: a pipe');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, line: JSON.parse(line) as Line };
}

const anyPorts = ['--http-port', '0', '--grpc-port', '0'];

describe('the program', () => {
  it('says when it is ready, refuses to share its folder, and ends with 0 when asked', async () => {
    const first = await run(...anyPorts, '--data-dir', dataDir);
    expect(first.line).toMatchObject({ msg: 'ready' });
    expect((await fetch(`http://127.0.0.1:${first.line.httpPort}/api/health`)).status).toBe(200);

    const second = await run(...anyPorts, '--data-dir', dataDir);
    expect(second.line.msg).toMatch(/in use by another process.*--data-dir/s);
    expect(second.child.exitCode ?? (await once(second.child, 'exit'))[0]).toBe(1);

    first.child.kill('SIGTERM');
    expect((await once(first.child, 'exit'))[0]).toBe(0);
  });

  it('names a port that is taken, and the way out', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const ports = [
      ['--http-port', port, '--grpc-port', '0'],
      ['--http-port', '0', '--grpc-port', port],
    ];
    for (const args of ports) {
      const { child, line } = await run(...args, '--data-dir', dataDir);
      expect(line.msg).toContain(port);
      expect(line.msg).toContain('--http-port, --grpc-port');
      expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
    }
    taken.close();
  });

  it.each([
    [['--http-port', '70000'], '--http-port'],
    [['--log-level', 'loud'], '--log-level'],
    [['--unknown', 'x'], '--unknown'],
  ])('refuses %j', async (args, named) => {
    const { child, line } = await run(...args);
    expect(line.msg).toContain(named);
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
  });
});
