import { journalEntrySchema, type JournalEntry } from '@faultline/scenarios/journal';
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';

/** The journal of a run on disk: one JSON object a line, only ever appended. */
export interface JournalFile extends Disposable {
  /** Returns when the operating system has it: whoever kills this process loses no entry. Throws. */
  append(entry: JournalEntry): void;
}

/** Opens the journal at `path`, and makes it if there is none. */
export function openJournal(path: string): JournalFile {
  const file = openSync(path, 'a', 0o600);
  return {
    append(entry) {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/**
 * Reads a journal. What is no entry is passed over: the end of a last line that a crash cut short.
 * A journal that is not there is empty.
 */
export async function readJournal(path: string): Promise<JournalEntry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => tryEntry(line) ?? []);
}

/** Takes off what follows the last line feed, so that the next entry begins a line of its own. */
export async function mendJournal(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(path, whole);
}

function tryEntry(line: string): JournalEntry | null {
  if (line === '') return null;
  try {
    return journalEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
