import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '@faultline/chassis/core';

const run = promisify(execFile);
/** How long each of the three signals may take, milliseconds. */
const PATIENCE_MS = 3000;

/**
 * Ends a postmaster that an earlier stand-in left behind in `cluster` (it was killed, and its
 * watchdog is perhaps still at work), and removes a pid file whose number now belongs to another
 * program: PostgreSQL itself would refuse to start beside it.
 */
export async function clearStalePostmaster(cluster: string, clock: Clock): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = await readPid(pidFile);
  if (pid === undefined || !isAlive(pid)) return;
  if (!(await commandOf(pid)).includes(cluster)) {
    await rm(pidFile, { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    const until = clock.monotonicMs() + PATIENCE_MS;
    sendSignal(pid, signal);
    while (clock.monotonicMs() < until) {
      if (!isAlive(pid) || !(await commandOf(pid)).includes(cluster)) {
        await rm(pidFile, { force: true });
        return;
      }
      await clock.sleep(20);
    }
  }
}

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number.parseInt(text.split('\n')[0] ?? '', 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** The command line of a process; empty if it cannot be told, or if it ended and waits for burial. */
async function commandOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
    return listed?.stdout ?? '';
  }
}
