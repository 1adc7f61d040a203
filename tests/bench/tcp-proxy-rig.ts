import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findToxiproxy, VERSIONS } from '../real-parts/parts.ts';
import { startToxiproxy } from '../real-parts/toxiproxy.ts';
import { endChild } from './end-children.ts';
import type { EchoPorts } from './tcp-proxy-echo.ts';
import type { LoadTask } from './tcp-proxy-load.ts';

/** Ticks per second of `/proc/<pid>/stat` (USER_HZ, 100 on every Linux that Node runs on). */
const TICKS_PER_SECOND = 100;

/** A proxy that is measured, in a process of its own. */
export interface Proxied extends AsyncDisposable {
  readonly api: string;
  readonly pid: number;
  /** A fresh proxy in front of `upstream`; answers its port. */
  freshProxy(upstream: number): Promise<number>;
  /** CPU time that the process has used so far, seconds. */
  cpuSeconds(): Promise<number>;
  residentKb(): Promise<number>;
}

/** Clients and server around the proxies, each in a process of its own. */
export interface Rig extends AsyncDisposable {
  readonly ports: EchoPorts;
  /** Gives the clients a task and waits for its result. */
  readonly load: (task: LoadTask) => Promise<unknown>;
}

/** Name and version of the peer; null when it is not installed. */
export const PEER = findToxiproxy() && { name: 'Toxiproxy', version: VERSIONS.toxiproxy };

export async function startRig(): Promise<Rig> {
  const echo = fork(new URL('./tcp-proxy-echo.ts', import.meta.url));
  const clients = fork(new URL('./tcp-proxy-load.ts', import.meta.url));
  const [ports] = (await once(echo, 'message')) as [EchoPorts];
  return {
    ports,
    async load(task) {
      const answered = once(clients, 'message');
      clients.send(task);
      const [result] = (await answered) as [unknown];
      return result;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([endChild(echo), endChild(clients)]);
    },
  };
}

/** Starts the stand-in. */
export async function startOurs(root: string): Promise<Proxied> {
  const main = join(root, 'docker/stand-ins/tcp-proxy/src/main.ts');
  const child = spawn(process.execPath, [main, '-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOG_LEVEL: 'info' },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"msg":"ready"')) continue;
    const { port } = JSON.parse(line) as { port: number };
    child.stdout.resume();
    return proxied(`http://127.0.0.1:${port}`, child);
  }
  throw new Error(`the stand-in ended with ${child.exitCode} before it was ready`);
}

/** Starts the real Toxiproxy; null when it is not installed. */
export async function startPeer(): Promise<Proxied | null> {
  const programs = findToxiproxy();
  if (!programs) return null;
  const running = await startToxiproxy(programs);
  return proxied(running.url, running.process);
}

function proxied(api: string, child: ChildProcess): Proxied {
  const pid = child.pid ?? 0;
  return {
    api,
    pid,
    async freshProxy(upstream) {
      await (await fetch(`${api}/proxies/bench`, { method: 'DELETE' })).text();
      const body = { name: 'bench', listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstream}` };
      const answer = await fetch(`${api}/proxies`, { method: 'POST', body: JSON.stringify(body) });
      const { listen } = (await answer.json()) as { listen: string };
      return Number(listen.split(':').at(-1));
    },
    async cpuSeconds() {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces; user and system time are fields 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    async residentKb() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    },
    [Symbol.asyncDispose]: () => endChild(child),
  };
}
