import { execFile } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

/** The machine that a run was made on. */
export interface Machine {
  cores: number;
  /** Model, as the system tells it. */
  cpu: string;
  memoryBytes: number;
  /** `Linux 6.18.0`. */
  kernel: string;
  /** Version of Node.js. */
  node: string;
}

const run = promisify(execFile);

/** This machine. */
export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() || 'unknown',
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
  };
}

/** Short hash of the commit, with `+` if files differ from it; `unknown` without git. */
export async function describeCommit(root: string): Promise<string> {
  try {
    const { stdout: hash } = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
    const { stdout: changed } = await run('git', ['status', '--porcelain'], { cwd: root });
    return `${hash.trim()}${changed.trim() === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
