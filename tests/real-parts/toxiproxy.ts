import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../lab/free-port.ts';
import type { ToxiproxyPrograms } from './parts.ts';

/** Another process may take the free port before the server does. */
const MOST_ATTEMPTS = 5;

/** How long the API may take to answer on a busy machine. */
const START_DEADLINE_MS = 30_000;

/** A real Toxiproxy in a process of its own. */
export interface RunningToxiproxy extends AsyncDisposable {
  /** Base address of the API. */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/**
 * Starts a real Toxiproxy on a free port of 127.0.0.1 and waits until its API answers.
 *
 * @param flags more command line flags, e.g. `-proxy-metrics`
 * @throws Error if it ends or stays silent instead
 */
export async function startToxiproxy(
  { server }: ToxiproxyPrograms,
  flags: readonly string[] = [],
): Promise<RunningToxiproxy> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(server, ['-host', '127.0.0.1', '-port', String(port), ...flags], {
      stdio: 'ignore',
      env: { ...process.env, LOG_LEVEL: 'fatal' },
    });
    const url = `http://127.0.0.1:${port}`;
    const answers = await untilAnswers(url, child);
    const stop = () => stopProcess(child);
    if (answers) return { url, port, process: child, [Symbol.asyncDispose]: stop };
    await stop();
    if (attempt === MOST_ATTEMPTS) throw new Error(`${server} did not answer on port ${port}`);
  }
}

/** Ends a process and waits for it; one that ended already is no error. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function untilAnswers(url: string, child: ChildProcess): Promise<boolean> {
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!ended && performance.now() < deadline) {
    const answer = await fetch(`${url}/version`).catch(() => undefined);
    // A stranger on this port would answer, too; our own server ends when the port is taken.
    if (answer?.ok && !ended) return true;
    await pause(10);
  }
  return false;
}
