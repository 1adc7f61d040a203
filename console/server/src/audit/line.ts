import { createHash } from 'node:crypto';
import { z } from 'zod';
import { auditEntrySchema } from '../contract/index.ts';

/** One thing that somebody did, or tried to do. */
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** One line of the file: an entry, and the digest that ties it to the line before. */
export type AuditLine = AuditEntry & { previous: string; hash: string };

const lineSchema = auditEntrySchema.extend({ previous: z.string(), hash: z.string() });

/** What the first line follows. */
export const GENESIS = '0'.repeat(64);

/** The digest of an entry that follows a line with the hash `previous`: SHA-256, hexadecimal. */
export function digestOf(entry: AuditEntry, previous: string): string {
  const { at, actor, action, target, detail, outcome } = entry;
  const text = JSON.stringify([previous, at, actor, action, target, detail, outcome]);
  return createHash('sha256').update(text).digest('hex');
}

/** An entry as the line that follows `previous`. */
export function toLine(entry: AuditEntry, previous: string): AuditLine {
  const { at, actor, action, target, detail, outcome } = entry;
  return {
    ...{ at, actor, action, target, detail, outcome },
    ...{ previous, hash: digestOf(entry, previous) },
  };
}

/** The line as it stands in the file, without its end. */
export function writeLine(line: AuditLine): string {
  return JSON.stringify(line);
}

/** Reads a line back; null for anything that {@link writeLine} would not have written. */
export function readLine(text: string): AuditLine | null {
  const parsed = lineSchema.safeParse(tryJson(text));
  if (!parsed.success) return null;
  const { previous, hash, ...entry } = parsed.data;
  const { at, actor, action, target, detail, outcome } = entry;
  const line = { ...{ at, actor, action, target, detail, outcome }, ...{ previous, hash } };
  return writeLine(line) === text ? line : null;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
