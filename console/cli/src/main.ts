import { run } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has had enough, as `head` does: an orderly end, not a failure.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Whoever asks to end, by a key, a signal or by having been killed, asks the command at hand.
const interruption = new AbortController();
const interrupt = (): void => {
  if (interruption.signal.aborted || !watched) process.exit(130);
  interruption.abort();
};
let watched = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
process.on('disconnect', interrupt);

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  interruption: () => {
    watched = true;
    return interruption.signal;
  },
});
// An open channel to a parent would keep this process.
if (process.connected) process.disconnect();
