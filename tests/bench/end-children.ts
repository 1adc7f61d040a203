import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

const PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/**
 * Ends every child of this process, those too that are started meanwhile: asks with SIGTERM, and
 * after 15 s does not ask. On systems without /proc only the terminal tells them to end.
 */
export async function endChildren(): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  const asked = new Set<number>();
  for (;;) {
    const children = await childrenOf(process.pid);
    if (children.length === 0) return;
    if (performance.now() > giveUpAt) {
      signalAll(children, 'SIGKILL');
      return;
    }
    signalAll(
      children.filter((pid) => !asked.has(pid)),
      'SIGTERM',
    );
    children.forEach((pid) => asked.add(pid));
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}

/** `/proc/<pid>/task/<thread>/children`: process ids with blanks between (proc(5)). */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => ''),
    ),
  );
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

/** Ends one child and waits until it is gone: asks first, after 15 s does not ask. */
export async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exited;
  clearTimeout(timer);
}
