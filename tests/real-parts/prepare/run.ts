import { spawn } from 'node:child_process';
import { findProgram } from '../parts.ts';

/** A failure that was foreseen: its message is all a person needs. */
export class Problem extends Error {}

/** How many of a program's last lines explain why it failed. */
const LAST_LINES = 20;

/**
 * Runs a program and answers what it wrote to standard output.
 *
 * @throws Problem with its last lines if it fails
 */
export function run(
  program: string,
  args: readonly string[],
  around: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { ...around, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let everything = '';
    const keep = (chunk: Buffer): void => {
      everything = (everything + chunk.toString('utf8')).slice(-100_000);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      keep(chunk);
    });
    child.stderr.on('data', keep);
    child.on('error', (error) => fail(new Problem(`${program}: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) return done(output);
      const last = everything.trim().split('\n').slice(-LAST_LINES).join('\n');
      fail(new Problem(`${program} ${args.join(' ')} ended with ${code}\n${last}`));
    });
  });
}

/**
 * Absolute path of a program that a preparation cannot do without.
 *
 * @param wayOut what to do if it is missing
 * @throws Problem if it is missing
 */
export function need(program: string, wayOut: string): string {
  const path = findProgram(program);
  if (path === null) throw new Problem(`${program} is not on the PATH. ${wayOut}`);
  return path;
}

/** Writes a line when something begins, and how long it took when it is done. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  process.stdout.write(`… ${title}\n`);
  const startedAt = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(`✓ ${title} (${seconds.toFixed(1)} s)\n`);
  return result;
}

/** Says that there is nothing to do. */
export function nothingToDo(title: string, why: string): void {
  process.stdout.write(`✓ ${title}: ${why}\n`);
}
