import { resolve } from 'node:path';
import { lockDataDir } from './lock.ts';
import { parseOptions } from './options.ts';
import { startSupervisor } from './supervisor.ts';
import { createTerminal } from './terminal.ts';

/**
 * One Ctrl-C may arrive several times: the terminal sends it to the whole group, and npm passes
 * it on. What comes later than this is a second one, milliseconds.
 */
const SAME_SIGNAL_MS = 500;

const terminal = createTerminal(process.stdout);
const parsed = parseOptions(process.argv.slice(2));
if (!parsed.ok) {
  terminal.error(parsed.problem);
  process.exit(2);
}
const lock = await lockDataDir(parsed.options['data-dir']);
if (!lock.ok) {
  terminal.error(lock.problem);
  process.exit(1);
}
const root = resolve(import.meta.dirname, '../../../..');
const starting = startSupervisor(parsed.options, root, terminal);

let firstAt: number | null = null;
const onSignal = (): void => {
  const now = performance.now();
  if (firstAt === null) {
    firstAt = now;
    terminal.settle();
    terminal.note('Ending the lab; once more to end it at once.');
    void starting.then((supervisor) => supervisor.end(0)).catch(() => undefined);
  } else if (now - firstAt > SAME_SIGNAL_MS) {
    void starting.then((supervisor) => supervisor.kill()).catch(() => undefined);
  }
};
process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
// Started by bootstrap.mjs, which holds the other end: if it was killed, nobody wants the lab.
process.on('disconnect', onSignal);

try {
  const supervisor = await starting;
  const exitCode = await supervisor.ended;
  await lock.release();
  process.exit(exitCode);
} catch (error) {
  terminal.error(`The lab cannot be started: ${(error as Error).message}`);
  await lock.release();
  process.exit(1);
}
