import { expect, it } from 'vitest';
import { explainOutput } from './problems.ts';

const context = { host: '127.0.0.1', port: 5432, dataDir: '/data' };

it.each([
  ['PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device', 'disk-full'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port-taken'],
  [
    'DETAIL:  The data directory was initialized by PostgreSQL version 17, which is not compatible with this version 18.4.',
    'data-of-another-version',
  ],
  [
    'FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use',
    'shared-memory-in-use',
  ],
  ['initdb: error: could not access directory "/data": Permission denied', 'folder-unwritable'],
  ['FATAL:  something new', 'start-failed'],
])('reads %j as %s', (output, code) => {
  expect(explainOutput(output, context)).toMatchObject({ code });
});
