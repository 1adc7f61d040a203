import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProcess } from './testing/broker-process.ts';
import { temporaryBroker, temporaryFolder } from './testing/temporary-broker.ts';

test('it tells in one line when it is ready, and ends with 0 when asked to', async () => {
  using folder = temporaryFolder();
  const broker = startProcess(['--port', '0', '--data-dir', folder.path, '--topic', 'orders:3']);
  const ready = await broker.ready;
  expect(ready).toMatchObject({ msg: 'ready', host: '127.0.0.1' });
  expect(ready.port).toBeGreaterThan(0);
  broker.kill('SIGTERM');
  expect(await broker.exitCode).toBe(0);
});

test('a taken port ends it with 1 and a way out', async () => {
  await using other = await temporaryBroker();
  using folder = temporaryFolder();
  const broker = startProcess(['--port', String(other.port), '--data-dir', folder.path]);
  expect(await broker.exitCode).toBe(1);
  expect(broker.messages()).toEqual([
    `127.0.0.1:${other.port} is taken by another process; stop it or choose another port with --port`,
  ]);
});

test('a folder that another broker uses ends it with 1 and a way out', async () => {
  await using other = await temporaryBroker();
  const broker = startProcess(['--port', '0', '--data-dir', other.dataDir]);
  expect(await broker.exitCode).toBe(1);
  expect(broker.messages()[0]).toContain(`is used by the process ${process.pid}`);
});

test('a folder that is a file ends it with 1 and a way out', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'file');
  writeFileSync(path, '');
  const broker = startProcess(['--port', '0', '--data-dir', path]);
  expect(await broker.exitCode).toBe(1);
  expect(broker.messages()[0]).toContain('choose another one with --data-dir');
});

test.skipIf(process.getuid?.() === 0)(
  'an unwritable folder ends it with 1 (not as root)',
  async () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o500);
    const broker = startProcess(['--port', '0', '--data-dir', join(folder.path, 'data')]);
    expect(await broker.exitCode).toBe(1);
    expect(broker.messages()[0]).toContain('may not write');
  },
);

test.each([
  [['--port', 'x', '--data-dir', 'd'], '--port x'],
  [['--port', '70000', '--data-dir', 'd'], '--port 70000'],
  [['--port', '1'], '--data-dir is required'],
  [['--data-dir', 'd', '--topic', 'a b:1'], '--topic a b:1'],
  [['--data-dir', 'd', '--nonsense', '1'], '--nonsense'],
])('the command line %j is refused by naming the flag', async (args, expected) => {
  const broker = startProcess(args);
  expect(await broker.exitCode).toBe(1);
  expect(broker.messages()[0]).toContain(expected);
});
