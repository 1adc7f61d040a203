import type { JournalEntry } from '../journal/entries.ts';
import { viewRun } from '../journal/fold.ts';

/** A run as JSON: `{ view, journal }`. */
export function renderJson(entries: readonly JournalEntry[]): string {
  return `${JSON.stringify({ view: viewRun(entries), journal: entries }, null, 2)}\n`;
}

/** Several runs as JSON: `{ runs: [{ view, journal }] }`. */
export function renderJsonSuite(runs: readonly (readonly JournalEntry[])[]): string {
  const found = runs.map((entries) => ({ view: viewRun(entries), journal: entries }));
  return `${JSON.stringify({ runs: found }, null, 2)}\n`;
}
