import type { Clock } from '@faultline/chassis/core';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What one process of the system uses. */
interface ProcessUsage {
  pid: number;
  parent: number;
  cpuSeconds: number;
  memoryBytes: () => Promise<number>;
}

/** How old the memory of a process may be, milliseconds. */
export const MEMORY_EVERY_MS = 30_000;

/** Measures process trees again and again. */
export interface TreeMeter {
  /** See {@link measureTrees}. */
  measure(roots: readonly number[]): Promise<Map<number, TreeUsage>>;
}

/**
 * Creates a meter that reads the memory of a process anew only when it is older than
 * `memoryEveryMs`: the system adds up every page of it, which takes milliseconds a process.
 */
export function createTreeMeter(clock: Clock, memoryEveryMs: number): TreeMeter {
  let known = new Map<number, { atMs: number; bytes: Promise<number> }>();
  const memoryOf = ({ pid, memoryBytes }: ProcessUsage): Promise<number> => {
    const before = known.get(pid);
    if (before && clock.monotonicMs() - before.atMs < memoryEveryMs) return before.bytes;
    const bytes = memoryBytes();
    known.set(pid, { atMs: clock.monotonicMs(), bytes });
    return bytes;
  };
  return {
    async measure(roots) {
      const all = await readProcesses();
      const alive = new Set(all.map(({ pid }) => pid));
      known = new Map([...known].filter(([pid]) => alive.has(pid)));
      return addUp(all, roots, memoryOf);
    },
  };
}

/** Memory and CPU time of a process and everything below it. */
export interface TreeUsage {
  memoryBytes: number;
  cpuSeconds: number;
}

const run = promisify(execFile);
/** Clock ticks per second in /proc (USER_HZ): 100 on every architecture that Node supports. */
const TICKS_PER_S = 100;

/**
 * Measures process trees, by root process id. Memory is PSS where the system tells (Linux: shared
 * pages count once over all processes), otherwise RSS. Roots that are gone are left out.
 */
export async function measureTrees(roots: readonly number[]): Promise<Map<number, TreeUsage>> {
  return addUp(await readProcesses(), roots, ({ memoryBytes }) => memoryBytes());
}

function readProcesses(): Promise<ProcessUsage[]> {
  return process.platform === 'linux' ? readProc() : readPs();
}

async function addUp(
  all: readonly ProcessUsage[],
  roots: readonly number[],
  memoryOf: (entry: ProcessUsage) => Promise<number>,
): Promise<Map<number, TreeUsage>> {
  const children = Map.groupBy(all, (entry) => entry.parent);
  const byPid = new Map(all.map((entry) => [entry.pid, entry]));
  const trees = new Map<number, TreeUsage>();
  for (const root of roots) {
    const first = byPid.get(root);
    if (!first) continue;
    const members = [first];
    for (const member of members) members.push(...(children.get(member.pid) ?? []));
    const memory = await Promise.all(members.map(memoryOf));
    trees.set(root, {
      memoryBytes: memory.reduce((sum, bytes) => sum + bytes, 0),
      cpuSeconds: members.reduce((sum, member) => sum + member.cpuSeconds, 0),
    });
  }
  return trees;
}

async function readProc(): Promise<ProcessUsage[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(names.map((name) => readStat(Number(name))));
  return entries.filter((entry) => entry !== undefined);
}

/** `/proc/<pid>/stat`: `pid (name) state ppid … utime stime`, fields 4, 14 and 15 (proc(5)). */
async function readStat(pid: number): Promise<ProcessUsage | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name may hold spaces and brackets: count from the last closing one (field 3 follows).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parent: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S,
    memoryBytes: () => readPss(pid),
  };
}

async function readPss(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const pss = /^Pss:\s+(\d+) kB/m.exec(text);
  if (pss) return Number(pss[1]) * 1024;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

async function readPs(): Promise<ProcessUsage[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=,rss=,time=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, rss, time] = line.trim().split(/\s+/);
    if (!pid || !parent || !rss || !time) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      cpuSeconds: parseCpuTime(time),
      memoryBytes: async () => Number(rss) * 1024,
    };
  });
}

/** `[days-][hours:]minutes:seconds` in seconds. */
export function parseCpuTime(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
