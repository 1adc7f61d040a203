import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a command of the engine's client came to. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Part of `docker image inspect`. */
export interface ImageFacts {
  Size: number;
  RootFS: { Layers: string[] };
  Config: {
    User: string;
    Env: string[];
    Labels: Record<string, string> | null;
    Volumes: Record<string, object> | null;
    Healthcheck?: { Test: string[] };
  };
}

/** Runs `docker …` and answers its output. Rejects if it fails. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await execute('docker', args, { maxBuffer: 64 * 1024 ** 2 });
  return stdout.trim();
}

/** Runs `docker …`; a failure is an outcome like another. */
export async function tryDocker(...args: string[]): Promise<Outcome> {
  try {
    return { code: 0, ...(await execute('docker', args)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

/** What the engine knows of an image. */
export async function inspectImage(tag: string): Promise<ImageFacts> {
  const [facts] = JSON.parse(await docker('image', 'inspect', tag)) as ImageFacts[];
  if (facts === undefined) throw new Error(`No image ${tag}`);
  return facts;
}

/** Containers that a test starts, all of which end with it. */
export interface Containers extends AsyncDisposable {
  /** Starts a container with `docker run --detach` and answers its id. */
  start(...args: string[]): Promise<string>;
}

/** Creates the list of a test's containers. Disposing removes them with their volumes. */
export function createContainers(): Containers {
  const started: string[] = [];
  return {
    start: async (...args) => {
      const id = await docker('run', '--detach', ...args);
      started.push(id);
      return id;
    },
    [Symbol.asyncDispose]: async () => {
      if (started.length > 0) await docker('rm', '--force', '--volumes', ...started.splice(0));
    },
  };
}

/** Address on 127.0.0.1 of a port that was published with `--publish 127.0.0.1::<port>`. */
export async function publishedPort(container: string, port: number): Promise<number> {
  const address = await docker('port', container, `${port}/tcp`);
  return Number(/:(\d+)$/m.exec(address)?.[1]);
}

/**
 * Waits until `isSo` answers true.
 *
 * @throws Error with the container's output if it ends first or `deadlineMs` passes
 */
export async function untilContainer(
  container: string,
  isSo: () => Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await isSo().catch(() => false))) {
    const running = await docker('inspect', '--format', '{{.State.Running}}', container);
    if (running !== 'true' || performance.now() > deadline) {
      const { stdout, stderr } = await tryDocker('logs', '--tail', '30', container);
      throw new Error(
        `The container ${running === 'true' ? 'waits' : 'ended'}.\n${stdout}${stderr}`,
      );
    }
    await pause(100);
  }
}

/** Waits until the health check of the container's image passes. */
export function untilHealthy(container: string): Promise<void> {
  return untilContainer(container, async () => {
    const health = await docker('inspect', '--format', '{{.State.Health.Status}}', container);
    return health === 'healthy';
  });
}
