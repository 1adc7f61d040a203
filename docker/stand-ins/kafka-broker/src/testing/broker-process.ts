import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The broker as a process of its own. */
export interface BrokerProcess {
  /** The line that says it is ready. Rejects when it ends before. */
  readonly ready: Promise<{ msg: string; host: string; port: number }>;
  readonly exitCode: Promise<number | null>;
  /** The `msg` of every log line so far. */
  messages(): string[];
  kill(signal: NodeJS.Signals): void;
}

/** Starts `main.ts` with these arguments. */
export function startProcess(args: string[]): BrokerProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const messages: string[] = [];
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  const ready = new Promise<{ msg: string; host: string; port: number }>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as { msg: string; host: string; port: number };
      messages.push(line.msg);
      if (line.msg === 'ready') resolve(line);
    });
    void exitCode.then((code) => reject(new Error(`ended with ${code}: ${messages.join('; ')}`)));
  });
  // A test that only looks at the exit code does not wait for it.
  ready.catch(() => undefined);
  return { ready, exitCode, messages: () => messages, kill: (signal) => void child.kill(signal) };
}
