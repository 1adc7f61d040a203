import { systemClock } from '@faultline/chassis/core';
import { createEngineDoor } from '../runtimes/docker/engine.ts';
import { startJanitor } from './janitor.ts';
import { createLineReader } from './lines.ts';
import { readSettings } from './settings.ts';

const door = createEngineDoor({ inside: true });
const janitor = startJanitor({
  ...readSettings(process.env),
  openEngine: async () => (await door.open()).calls,
  log: (event, detail) => {
    const line = { time: systemClock.now(), part: 'janitor', msg: event, ...detail };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  },
  clock: systemClock,
});

process.stdin.setEncoding('utf8').on(
  'data',
  createLineReader((line) => janitor.hear(line)),
);
// Whoever stops the janitor itself wants it gone, and not the lab.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
await janitor.ended;
process.exit(0);
