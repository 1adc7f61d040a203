import type { Clock } from '@faultline/chassis/core';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { auditEntrySchema } from '../contract/index.ts';

/** One line of the trail, with the digest that ties it to the line before. */
const lineSchema = auditEntrySchema.extend({ previous: z.string(), hash: z.string() });
/** One thing that somebody did, or tried to do. */
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/**
 * The audit trail: JSON lines, only ever appended to `audit.jsonl`. `hash` is the SHA-256 of the
 * entry together with the hash of the line before, so a changed or missing line shows.
 */
export interface AuditTrail extends AsyncDisposable {
  record(entry: Omit<AuditEntry, 'at'>): void;
  /** Newest first; of the last {@link KEPT_ENTRIES}. */
  newest(limit: number): AuditEntry[];
}

/** Entries that can be asked for; the file has all of them. */
export const KEPT_ENTRIES = 1_000;

const FILE = 'audit.jsonl';
const GENESIS = '0'.repeat(64);

/** Opens the trail in `dataDir` and continues it. */
export async function openAuditTrail(
  dataDir: string,
  clock: Clock,
  log: Logger,
): Promise<AuditTrail> {
  const path = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  const { entries, hash } = await readTail(path);
  let last = hash;
  let writing: Promise<void> = Promise.resolve();

  return {
    record(fields) {
      const entry = { at: clock.now(), ...fields };
      entries.push(entry);
      if (entries.length > KEPT_ENTRIES) entries.shift();
      const line = { ...entry, previous: last, hash: digestOf(entry, last) };
      last = line.hash;
      writing = writing
        .then(() => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 }))
        .catch((error: unknown) => {
          log.error({ err: error, path }, 'the audit trail cannot be written; free space there');
        });
    },
    newest: (limit) => entries.slice(-limit).reverse(),
    [Symbol.asyncDispose]: () => writing,
  };
}

/** The digest of an entry that follows a line with the hash `previous`. */
export function digestOf(entry: AuditEntry, previous: string): string {
  const { at, actor, action, target, detail, outcome } = entry;
  const text = JSON.stringify([previous, at, actor, action, target, detail, outcome]);
  return createHash('sha256').update(text).digest('hex');
}

async function readTail(path: string): Promise<{ entries: AuditEntry[]; hash: string }> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const entries: AuditEntry[] = [];
  let hash = GENESIS;
  for (const line of text.split('\n').slice(-KEPT_ENTRIES - 1)) {
    // A line that a crash cut short is skipped; the chain goes on from the last whole one.
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) continue;
    const { previous: _previous, hash: own, ...entry } = parsed.data;
    entries.push(entry);
    hash = own;
  }
  return { entries, hash };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
