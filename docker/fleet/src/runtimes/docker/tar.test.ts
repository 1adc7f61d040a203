import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { writeTar } from './tar.ts';

const LONG = `${'folder/'.repeat(20)}file.ts`;

it('writes what tar reads', () => {
  const archive = Buffer.concat([
    ...writeTar([
      { path: 'run.sh', executable: true, content: Buffer.from('echo hello\n') },
      { path: LONG, executable: false, content: Buffer.alloc(512, 'x') },
      { path: 'empty', executable: false, content: Buffer.alloc(0) },
    ]),
  ]);
  const list = execFileSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
  expect(list.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
    '-rwxr-xr-x 0/0 11 1970-01-01 00:00 run.sh',
    `-rw-r--r-- 0/0 512 1970-01-01 00:00 ${LONG}`,
    '-rw-r--r-- 0/0 0 1970-01-01 00:00 empty',
    '',
  ]);
  const content = execFileSync('tar', ['-xOf', '-', 'run.sh'], { input: archive });
  expect(content.toString()).toBe('echo hello\n');
});

it('refuses a path that does not fit', () => {
  const entry = { path: 'x'.repeat(101), executable: false, content: Buffer.alloc(0) };
  expect(() => [...writeTar([entry])]).toThrow(/too long/);
});
