import type { EntryOf, JournalEntry } from '../journal/entries.ts';

/** A journal with every entry of one kind changed. */
export function changeEntries<Kind extends JournalEntry['kind']>(
  entries: readonly JournalEntry[],
  kind: Kind,
  change: (entry: EntryOf<Kind>) => Partial<EntryOf<Kind>>,
): JournalEntry[] {
  return entries.map((entry) =>
    entry.kind === kind ? { ...entry, ...change(entry as EntryOf<Kind>) } : entry,
  );
}

/** A journal in which every text of people and of the lab is `text`: names, titles, reasons. */
export function withEveryText(entries: readonly JournalEntry[], text: string): JournalEntry[] {
  const replace = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((one) => replace(one, key));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, replace(one, name)]),
      );
    }
    return typeof value === 'string' && !FIXED.has(key) ? text : value;
  };
  return entries.map((entry) => replace(entry) as JournalEntry);
}

/** Words of the contract: not anybody's text. */
const FIXED = new Set([
  ...['kind', 'phase', 'outcome', 'what', 'when', 'verdict', 'expect', 'severity', 'by', 'runKind'],
]);
