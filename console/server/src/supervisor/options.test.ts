import { expect, it } from 'vitest';
import { parseFlags } from '../flags.ts';
import { limitArguments } from '../limit-flags.ts';
import { parseOptions } from './options.ts';

it('has a default for everything', () => {
  const parsed = parseOptions([]);
  expect(parsed).toMatchObject({
    ok: true,
    options: {
      ...{ host: '127.0.0.1', port: 3000, rps: 40, runtime: 'process' },
      ...{ mtls: false, 'no-load': false, 'no-launch': false },
    },
  });
});

it.each([
  [['--port', '99999'], '--port: '],
  [['--rps', 'many'], 'received "many"'],
  [['--rsp', '3'], '--rsp'],
  [['--runtime', 'podman'], '--runtime: '],
  [['--runtime', 'podman'], 'received "podman"'],
  [['--max-targets', '0'], '--max-targets: '],
  [['--max-fault-seconds', '9999'], 'received "9999"'],
  [['--protect', 'psp', '--protect', 'Robert; DROP'], '--protect: '],
])('refuses %j and names the flag', (args, words) => {
  const parsed = parseOptions(args);
  expect(parsed.ok ? '' : parsed.problem).toContain(words);
});

it('hands limits of faults on as they came', () => {
  const args = ['--max-targets', '2', '--max-fault-seconds', '90', '--protect', 'psp'];
  const parsed = parseOptions([...args, '--protect', 'payments-*']);
  if (!parsed.ok) throw new Error(parsed.problem);
  expect(limitArguments(parsed.options)).toEqual([...args, '--protect', 'payments-*']);
  expect(parseFlags(limitArguments(parsed.options)).limits).toEqual({
    ...{ targets: 2, durationSeconds: 90, protected: ['psp', 'payments-*'] },
  });
  expect(parseFlags([]).limits).toEqual({ protected: [] });
});
