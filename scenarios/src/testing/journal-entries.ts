import type { EntryOf, JournalEntry, Phase } from '../journal/entries.ts';

/** The entries of one kind, in order. */
export function entriesOf<Kind extends JournalEntry['kind']>(
  journal: readonly JournalEntry[],
  kind: Kind,
): EntryOf<Kind>[] {
  return journal.filter((entry): entry is EntryOf<Kind> => entry.kind === kind);
}

/** The phases of all variants, in order. */
export function phasesOf(journal: readonly JournalEntry[]): Phase[] {
  return entriesOf(journal, 'phase').map(({ phase }) => phase);
}

/** What was done of one sort. */
export function actsOf(journal: readonly JournalEntry[], what: EntryOf<'act'>['what']) {
  return entriesOf(journal, 'act').filter((act) => act.what === what);
}
