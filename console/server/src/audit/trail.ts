import type { Clock } from '@faultline/chassis/core';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AuditRow, AuditVerdict } from '../contract/index.ts';
import { GENESIS, readLine, toLine, writeLine, type AuditEntry } from './line.ts';
import { readLines } from './lines.ts';
import { verifyAudit } from './verify.ts';

/** Which entries are asked for; what is absent does not matter. */
export interface AuditFilter {
  limit: number;
  actor?: string | undefined;
  /** The whole action or its first part: `policy.patch`, `policy`. */
  action?: string | undefined;
  target?: string | undefined;
  /** Stands somewhere in actor, action, target or detail. */
  q?: string | undefined;
}

/**
 * The audit trail: JSON lines, only ever appended to `audit.jsonl`. `hash` is the SHA-256 of the
 * entry together with the hash of the line before, so a changed or missing line shows.
 */
export interface AuditTrail extends AsyncDisposable {
  record(entry: Omit<AuditEntry, 'at'>): void;
  /** Newest first; of the last {@link KEPT_ENTRIES}. */
  newest(filter: AuditFilter): AuditRow[];
  /** Reads the whole file. */
  verify(): Promise<AuditVerdict>;
}

/** Entries that can be asked for; the file has all of them. */
export const KEPT_ENTRIES = 1_000;
/** Lines that wait while the disk refuses them; what comes on top is kept out of the chain. */
const WAITING_LINES = 10_000;

/** Name of the file in the lab's data folder. */
export const AUDIT_FILE = 'audit.jsonl';

/** Opens the trail in `dataDir` and continues it. @param told called with each new entry */
export async function openAuditTrail(
  dataDir: string,
  clock: Clock,
  log: Logger,
  told: (row: AuditRow) => void = () => undefined,
): Promise<AuditTrail> {
  const path = join(dataDir, AUDIT_FILE);
  await mkdir(dataDir, { recursive: true });
  const file = await open(path, 'a', 0o600);
  const { rows, tail } = await readTail(path);
  const writer = createWriter(file, (error) =>
    log.error({ err: error, path }, 'the audit trail cannot be written; free space there'),
  );
  let last = rows.at(-1)?.hash ?? GENESIS;
  let lines = tail.lines;

  const trail: AuditTrail = {
    record(fields) {
      const line = toLine({ at: clock.now(), ...fields }, last);
      const { previous: _previous, ...entry } = line;
      const row = { ...entry, line: lines + 1 };
      rows.push(row);
      if (rows.length > KEPT_ENTRIES) rows.shift();
      if (writer.add(`${writeLine(line)}\n`)) {
        last = line.hash;
        lines += 1;
      }
      told(row);
    },
    newest: ({ limit, ...filter }) =>
      rows
        .filter((row) => isWanted(row, filter))
        .slice(-limit)
        .reverse(),
    async verify() {
      const head = last;
      await writer.idle();
      return verifyAudit(path, { now: clock.now(), head });
    },
    async [Symbol.asyncDispose]() {
      await writer.idle();
      await file.close();
    },
  };
  if (tail.state !== 'ended') writer.add('\n');
  if (tail.state === 'cut') {
    const detail = `a crash cut line ${tail.lines}; the chain goes on from the line before`;
    const what = { action: 'audit.continued', target: AUDIT_FILE, detail };
    trail.record({ actor: 'lab', ...what, outcome: 'done' });
  }
  return trail;
}

/** Appends in order. A write that failed is taken back and tried again with the next one. */
function createWriter(file: FileHandle, failed: (error: unknown) => void) {
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const batch = [...waiting];
    if (batch.length === 0) return;
    const { size } = await file.stat();
    try {
      await file.appendFile(batch.join(''));
      waiting = waiting.slice(batch.length);
    } catch (error) {
      // Half a line would look like a crash.
      await file.truncate(size).catch(() => undefined);
      failed(error);
    }
  };
  return {
    /** False when too much waits already. */
    add(text: string): boolean {
      if (waiting.length >= WAITING_LINES) return false;
      waiting.push(text);
      writing = writing.then(flush).catch(failed);
      return true;
    },
    idle: () => writing,
  };
}

function isWanted(row: AuditRow, { actor, action, target, q }: Omit<AuditFilter, 'limit'>) {
  if (actor !== undefined && row.actor !== actor) return false;
  if (action !== undefined && row.action !== action && !row.action.startsWith(`${action}.`)) {
    return false;
  }
  if (target !== undefined && row.target !== target) return false;
  if (q === undefined) return true;
  const text = [row.actor, row.action, row.target, row.detail].join('\n').toLowerCase();
  return text.includes(q.toLowerCase());
}

/** How a file ends: as it should, without a line feed, or in the middle of a line. */
interface Tail {
  state: 'ended' | 'open' | 'cut';
  lines: number;
}

/** The newest entries; what is no entry is passed over, the chain goes on from the last whole one. */
async function readTail(path: string): Promise<{ rows: AuditRow[]; tail: Tail }> {
  let rows: AuditRow[] = [];
  let tail: Tail = { state: 'ended', lines: 0 };
  for await (const { number, text, ended } of readLines(path)) {
    const line = readLine(text);
    tail = { state: ended ? 'ended' : line ? 'open' : 'cut', lines: number };
    if (!line) continue;
    const { previous: _previous, ...entry } = line;
    rows.push({ ...entry, line: number });
    if (rows.length >= 2 * KEPT_ENTRIES) rows = rows.slice(-KEPT_ENTRIES);
  }
  return { rows: rows.slice(-KEPT_ENTRIES), tail };
}
