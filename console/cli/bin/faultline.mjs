#!/usr/bin/env node
// Plain JavaScript: it must start on any Node from 20 on, and hands over to the pinned one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main);
} else if (existsSync(pinned)) {
  // The channel says nothing: that it closes tells the command that this process was killed.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const run = spawn(pinned, [main, ...process.argv.slice(2)], { stdio });
  for (const signal of Object.keys(SIGNALS)) process.on(signal, () => run.kill(signal));
  run.on('exit', (code, signal) => (process.exitCode = code ?? 128 + (SIGNALS[signal] ?? 9)));
} else {
  process.stderr.write(
    'faultline: Node 24 is missing; run `npm install` in the repository first\n',
  );
  process.exitCode = 70;
}
