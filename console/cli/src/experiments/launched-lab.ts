import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fleetSchema } from '@faultline/server/contract';
import { createApiClient, type ApiClient } from '../client.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

/** A headless lab of this command's own, on free ports, with data in a folder that goes with it. */
export interface LaunchedLab extends AsyncDisposable {
  readonly api: ApiClient;
  readonly url: string;
}

/** Longest time until the fleet is ready, milliseconds: the first start may install and build images. */
const READY_MS = 600_000;
const POLL_MS = 200;
/** A lab that was asked to end and has not is killed, milliseconds. */
const END_MS = 60_000;
const KEPT_OUTPUT = 8000;
const ROOT = resolve(import.meta.dirname, '../../../..');

/**
 * Starts a lab and waits until its fleet is ready; disposing of it ends everything it started.
 *
 * @throws CommandFailure (70) with what the lab said, when it does not come up or `signal` is aborted
 */
export async function launchLab(
  runtime: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LaunchedLab> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faultline-run-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const bootstrap = join(ROOT, 'console/server/bin/bootstrap.mjs');
  const options = ['--port', String(port), '--data-dir', dataDir, '--runtime', runtime];
  const child = spawn(process.execPath, [bootstrap, 'start', '--headless', ...options], {
    cwd: ROOT,
    // The channel says nothing: that it closes tells the lab that this command was killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Keys of the terminal are this command's: it undoes its runs first and ends the lab afterwards.
    detached: true,
  });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const lab: LaunchedLab = {
    api: createApiClient(url),
    url,
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  try {
    await untilReady(lab.api, child, terminal, signal);
    return lab;
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.lab, `the lab did not start: ${reason}\n${output.trim()}`);
  }
}

async function untilReady(
  api: ApiClient,
  child: ChildProcess,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + READY_MS;
  while (performance.now() < giveUpAt) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended by itself');
    const fleet = await api.get('/api/fleet', fleetSchema).catch(() => null);
    if (fleet?.problem) throw new Error(fleet.problem);
    if (fleet?.state === 'ready') {
      terminal.transient('');
      return;
    }
    if (fleet) {
      const ready = fleet.progress.filter(({ state }) => state === 'ready').length;
      terminal.transient(`… launching a lab: ${ready} of ${fleet.progress.length} parts are ready`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new Error(`it was not ready after ${READY_MS / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = AbortSignal.timeout(END_MS);
  late.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  await exited;
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
