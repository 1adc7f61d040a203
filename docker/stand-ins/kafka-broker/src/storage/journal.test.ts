import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-broker.ts';
import { openJournal } from './journal.ts';

test('values and removals are there after the journal is opened again', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'journal');
  const journal = openJournal(path, true);
  journal.set([
    ['a', '1'],
    ['b', '2'],
  ]);
  journal.set([['a', '3']]);
  journal.remove(['b', 'never there']);
  journal.close();
  const again = openJournal(path, false);
  expect([...again.entries()]).toEqual([['a', '3']]);
  again.close();
});

test('a torn entry at the end is cut off, and writing goes on behind what was whole', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'journal');
  const journal = openJournal(path, false);
  journal.set([['a', '1']]);
  const keptBytes = statSync(path).size;
  journal.set([['b', '2']]);
  journal.close();
  for (let size = statSync(path).size - 1; size > keptBytes; size -= 1) {
    truncateSync(path, size);
    const torn = openJournal(path, false);
    expect([...torn.entries()]).toEqual([['a', '1']]);
    torn.close();
    expect(statSync(path).size).toBe(keptBytes);
    appendFileSync(path, Buffer.alloc(size - keptBytes));
  }
  const last = openJournal(path, false);
  last.set([['c', '3']]);
  last.close();
  expect(openJournal(path, false).get('c')).toBe('3');
});

test('the file is rewritten when most of it is history', () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'journal');
  const journal = openJournal(path, false);
  const value = 'v'.repeat(1000);
  for (let count = 0; count < 3000; count += 1) journal.set([['key', `${value}${count}`]]);
  journal.close();
  expect(readFileSync(path).length).toBeLessThan(1_100_000);
  const again = openJournal(path, false);
  expect(again.get('key')).toBe(`${value}2999`);
  again.close();
});
