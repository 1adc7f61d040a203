import { expect, it } from 'vitest';
import { parseOptions } from './options.ts';

it('has a default for everything', () => {
  const parsed = parseOptions([]);
  expect(parsed).toMatchObject({
    ok: true,
    options: {
      ...{ host: '127.0.0.1', port: 3000, rps: 40, runtime: 'process' },
      ...{ 'no-load': false, 'no-launch': false },
    },
  });
});

it.each([
  [['--port', '99999'], '--port: '],
  [['--rps', 'many'], 'received "many"'],
  [['--rsp', '3'], '--rsp'],
  [['--runtime', 'podman'], '--runtime: '],
  [['--runtime', 'podman'], 'received "podman"'],
])('refuses %j and names the flag', (args, words) => {
  const parsed = parseOptions(args);
  expect(parsed.ok ? '' : parsed.problem).toContain(words);
});
