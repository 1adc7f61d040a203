import { createPortFinder } from '@faultline/fleet';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../..');
const FIXTURE = 'console/server/src/supervisor/fixtures/console.ts';

let dataDir: string;
let port: number;
let lab: Lab | undefined;

interface Lab {
  child: ChildProcess;
  /** Resolves with the match as soon as the output has one. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  output: () => string;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-lab-'));
  port = await createPortFinder().find();
});
afterEach(async () => {
  lab?.child.kill('SIGKILL');
  await until(() => processesOf(dataDir).length === 0);
  await rm(dataDir, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}): Lab {
  const main = join(import.meta.dirname, 'main.ts');
  const flags = ['--data-dir', dataDir, '--port', '0', '--console', FIXTURE];
  const child = spawn(process.execPath, [main, ...flags], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, FAULTLINE_FIXTURE_PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  lab = {
    child,
    output: () => text,
    async says(pattern) {
      await until(() => pattern.test(text));
      return pattern.exec(text) as RegExpExecArray;
    },
  };
  return lab;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Processes that have the data folder in their environment or on their command line. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const told = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${name}/${file}`));
      return Buffer.concat(told).includes(folder) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

async function toxics(): Promise<unknown[]> {
  const response = await fetch(`http://127.0.0.1:${port}/proxies/p/toxics`);
  return (await response.json()) as unknown[];
}

describe.runIf(process.platform === 'linux')('the supervisor', () => {
  it('starts collector and console, says when all is ready, and leaves nothing on SIGTERM', async () => {
    const { child, says, output } = start();
    await says(/Open http:\/\/fixture/);
    expect(output()).toMatch(/✓ orders +ready +0\.0 s {2}port 1/);
    expect(processesOf(dataDir).length).toBeGreaterThan(2);
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('clears faults, resumes what was paused and starts the console again when it is killed', async () => {
    const { says } = start();
    const [, pid] = await says(/Open http:\/\/fixture\/(\d+)/);
    expect(await toxics()).toHaveLength(1);
    process.kill(Number(pid), 'SIGKILL');
    await says(/faults are cleared, resumed orders-1; it is started again/);
    expect(await toxics()).toEqual([]);
    const [, next] = await says(/The console is back: http:\/\/fixture\/(\d+)/);
    expect(next).not.toBe(pid);
  });

  it('takes everything along when it is killed, paused processes too', async () => {
    const { child, says } = start();
    await says(/Open http/);
    child.kill('SIGKILL');
    await until(() => processesOf(dataDir).length === 0);
  });

  it('starts a collector again that was killed', async () => {
    const { says } = start();
    await says(/✓ collector +ready/);
    await says(/Open http/);
    const collector = processesOf(dataDir).find((id) =>
      readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('collector/src/main.ts'),
    );
    process.kill(collector ?? 0, 'SIGKILL');
    await says(/The collector ended/);
    await until(() =>
      processesOf(dataDir).some(
        (id) =>
          id !== collector &&
          readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('collector/src/main.ts'),
      ),
    );
  });

  it('waits for the console while it removes containers', async () => {
    const { child, says, output } = start({ FAULTLINE_FIXTURE_REMOVAL: 'slow' });
    await says(/Open http/);
    child.kill('SIGTERM');
    await says(/Removing the containers/);
    expect(await once(child, 'exit')).toEqual([0, null]);
    // Killed after the time that sockets may take, it would have left that to the janitor.
    expect(output()).not.toContain('janitor');
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('ends at once when asked a second time, and says who removes the containers', async () => {
    const { child, says } = start({ FAULTLINE_FIXTURE_REMOVAL: 'never' });
    await says(/Open http/);
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    await says(/Removing the containers/);
    const again = setInterval(() => child.kill('SIGINT'), 100);
    await says(/removed by the janitor container within about 20 s/);
    await exit.finally(() => clearInterval(again));
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('ends with the console’s own words when it refuses to start', async () => {
    const { child, output } = start({ FAULTLINE_FIXTURE_FATAL: '1' });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toContain('✗ The fixture was told to refuse.');
  });

  it('refuses a data folder that another lab uses', async () => {
    await start().says(/Open http/);
    const first = lab;
    const second = start();
    expect(await once(second.child, 'exit')).toEqual([1, null]);
    expect(second.output()).toContain(`A lab already runs in ${dataDir}`);
    lab = first;
  });
});
