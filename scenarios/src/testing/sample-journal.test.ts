import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalEntrySchema } from '../journal/entries.ts';
import { viewRun } from '../journal/fold.ts';
import { runViewSchema } from '../journal/view.ts';
import { sampleJournal } from './sample-journal.ts';

describe('the sample journal', () => {
  it('consists of valid entries, numbered without gaps, in the order of time', () => {
    const entries = sampleJournal();
    expect(entries.map((entry) => journalEntrySchema.parse(entry))).toEqual(entries);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index));
    expect(entries.map(({ at }) => at)).toEqual(entries.map(({ at }) => at).toSorted());
  });

  it('is the same every time', () => {
    expect(sampleJournal()).toEqual(sampleJournal());
  });

  it('folds into the view that other tests read as a fixture', async () => {
    const view = runViewSchema.parse(viewRun(sampleJournal()));
    await expect(`${JSON.stringify(view, null, 1)}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'sample-run.json'),
    );
  });
});
