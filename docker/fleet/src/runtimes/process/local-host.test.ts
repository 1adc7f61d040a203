import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEvent, ProcessHost, ProcessSpec, ProcessStatus } from '../../contract.ts';
import { BACKGROUND_NICE } from './background.ts';
import { createIpcProcessHost } from './ipc-host.ts';
import type { IpcEnd } from './ipc-protocol.ts';
import { serveProcessHost } from './ipc-server.ts';
import { createLocalProcessHost } from './local-host.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
let dataDir: string;
let host: ProcessHost;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-host-'));
  host = createLocalProcessHost({ dataDir });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

function script(id: string, text: string): ProcessSpec {
  return { id, command: [process.execPath, '--eval', text], cwd: dataDir, env: {} };
}

function happens(on: ProcessHost, id: string, kind: ProcessEvent['kind']): Promise<ProcessStatus> {
  return new Promise((resolve) => {
    const unsubscribe = on.subscribe((event) => {
      if (event.kind !== kind || event.process.spec.id !== id) return;
      unsubscribe();
      resolve(event.process);
    });
  });
}

/** Whether a process does anything any more; one that waits for its burial does not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a local host', () => {
  it('recognises the ready line among other output', async () => {
    const text = `console.log('{"msg":"starting"}'); console.log('{"msg":"ready","port":7}'); setInterval(() => {}, 1000)`;
    const ready = happens(host, 'a', 'ready');
    await host.spawn(script('a', text));
    expect((await ready).ready).toEqual({ msg: 'ready', port: 7 });
  });

  it('lets all others go before a background process, and treats the rest as its own', async () => {
    const idle = 'setInterval(() => {}, 1000)';
    const background = await host.spawn({ ...script('a', idle), background: true });
    const other = await host.spawn(script('b', idle));
    const nice = ({ pid }: ProcessStatus) => getPriority(pid!);
    expect(nice(background)).toBe(BACKGROUND_NICE);
    expect(nice(other)).toBe(getPriority());
    if (!existsSync('/proc/self/autogroup')) return;
    const session = ({ pid }: ProcessStatus) => readFileSync(`/proc/${pid}/autogroup`, 'utf8');
    await expect.poll(() => session(background)).toContain(`nice ${BACKGROUND_NICE}\n`);
    expect(session(other)).toContain('nice 0\n');
  });

  it('tells how a process ended', async () => {
    const ended = happens(host, 'a', 'exited');
    await host.spawn(script('a', 'process.exit(3)'));
    expect((await ended).exit).toMatchObject({ code: 3, signal: null });
  });

  it('rejects a program that does not exist', async () => {
    const spec = { ...script('a', ''), command: ['/no/such/program'] };
    await expect(host.spawn(spec)).rejects.toThrow(/ENOENT/);
  });

  it('refuses a second process with the same id while the first runs', async () => {
    await host.spawn(script('a', 'setInterval(() => {}, 1000)'));
    await expect(host.spawn(script('a', ''))).rejects.toThrow(/already running/);
  });

  it('keeps the newest 2,000 lines, and all of them in a file', async () => {
    const text = 'for (let i = 1; i <= 2500; i += 1) console.log(`line ${i}`)';
    const ended = happens(host, 'a', 'exited');
    await host.spawn(script('a', text));
    await ended;
    let lines: string[] = [];
    while (lines.at(-1) !== 'line 2500') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      lines = await host.logs('a', 5000);
    }
    expect(lines).toHaveLength(2000);
    expect(lines[0]).toBe('line 501');
    expect(await host.logs('a', 2)).toEqual(['line 2499', 'line 2500']);
    await host[Symbol.asyncDispose]();
    expect((await readFile(join(dataDir, 'logs', 'a.log'), 'utf8')).split('\n')[0]).toBe('line 1');
  });

  it('gives a process nothing of its own environment but what it needs to run', async () => {
    process.env.SECRET_OF_THE_HOST = 'x';
    const spec = script('a', 'console.log(JSON.stringify({ msg: "ready", env: process.env }))');
    const ready = happens(host, 'a', 'ready');
    await host.spawn({ ...spec, env: { COLOUR: 'red' } });
    const env = (await ready).ready?.env as Record<string, string>;
    delete process.env.SECRET_OF_THE_HOST;
    expect(env).toMatchObject({ COLOUR: 'red', PATH: process.env.PATH });
    expect(env).not.toHaveProperty('SECRET_OF_THE_HOST');
  });

  it('pauses, and ends a paused process when asked to', async () => {
    const ready = happens(host, 'a', 'ready');
    const text = `process.on('SIGTERM', () => process.exit(0)); console.log('{"msg":"ready"}'); setInterval(() => {}, 1000)`;
    await host.spawn(script('a', text));
    await ready;
    await host.signal('a', 'SIGSTOP');
    expect((await host.list())[0]?.paused).toBe(true);
    const ended = happens(host, 'a', 'exited');
    await host.signal('a', 'SIGTERM');
    expect((await ended).exit).toMatchObject({ code: 0 });
  });

  it('measures memory and CPU time of what runs', async () => {
    await host.spawn(script('a', 'setInterval(() => {}, 1000)'));
    const [usage] = await host.usage();
    expect(usage).toMatchObject({ id: 'a' });
    expect(usage?.memoryBytes).toBeGreaterThan(1_000_000);
  });

  it('kills what does not heed SIGTERM when it is disposed', async () => {
    const ready = happens(host, 'a', 'ready');
    const text = `process.on('SIGTERM', () => {}); console.log('{"msg":"ready"}'); setInterval(() => {}, 1000)`;
    await host.spawn(script('a', text));
    const { pid } = await ready;
    await host[Symbol.asyncDispose]();
    expect(isRunning(pid ?? 0)).toBe(false);
  });
});

describe('a host that is killed', () => {
  it.each([[[]], [['paused']]])('leaves no process behind %j', async (more) => {
    const program = join(FIXTURES, 'host.ts');
    const entry = join(FIXTURES, 'service.ts');
    const owner = spawn(process.execPath, [program, dataDir, entry, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const { pid } = JSON.parse(line) as { pid: number };
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await untilGone(pid);
  });
});

describe('a host at the other end of a channel', () => {
  /** Two ends that pass structured clones to each other, as an IPC channel does. */
  function createChannel(): [IpcEnd & { close(): void }, IpcEnd] {
    const listeners = [new Map<string, Set<(m: unknown) => void>>(), new Map<string, never>()] as [
      Map<string, Set<(m: unknown) => void>>,
      Map<string, Set<(m: unknown) => void>>,
    ];
    const tell = (to: 0 | 1, event: string, message?: unknown): void => {
      for (const listener of listeners[to].get(event) ?? []) listener(structuredClone(message));
    };
    const end = (own: 0 | 1): IpcEnd => ({
      send: (message) => queueMicrotask(() => tell(own === 0 ? 1 : 0, 'message', message)),
      on(event: string, listener: (m: unknown) => void) {
        const set = listeners[own].get(event) ?? new Set();
        listeners[own].set(event, set.add(listener));
      },
      off: (event, listener) => listeners[own].get(event)?.delete(listener),
    });
    return [{ ...end(0), close: () => tell(0, 'disconnect') }, end(1)];
  }

  it('behaves as the host itself', async () => {
    const [client, server] = createChannel();
    const end = serveProcessHost(server, host);
    await using remote = createIpcProcessHost(client);
    const ready = happens(remote, 'a', 'ready');
    await remote.spawn(script('a', `console.log('{"msg":"ready"}'); setInterval(() => {}, 1000)`));
    expect((await ready).spec.id).toBe('a');
    expect(await remote.list()).toEqual(await host.list());
    expect(await remote.logs('a', 1)).toEqual(['{"msg":"ready"}']);
    await expect(remote.signal('b', 'SIGTERM')).rejects.toThrow('Process b is not running.');
    end();
  });

  it('rejects what is under way when the channel closes', async () => {
    const [client] = createChannel();
    const remote = createIpcProcessHost(client);
    const listing = remote.list();
    client.close();
    await expect(listing).rejects.toThrow('The supervisor is gone.');
  });
});
