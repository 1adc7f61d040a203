import type { AuditRow } from '../contract/index.ts';
import type { Unplaced } from './journal-tail.ts';

/** How the acts of a run are signed in the audit trail. */
export const RUN_ACTOR = 'run ';

/** What concerns experiments themselves, and what touches nothing. */
const OURS = /^(run|experiment|soak|audit)\./;

/**
 * What somebody else did while a run was under way, as its journal notes it; null for the run's own
 * acts and for what had no effect.
 */
export function noteOf(row: AuditRow, variant: string | null): Unplaced | null {
  const { actor, action, target, detail, outcome, at } = row;
  if (outcome !== 'done' || actor.startsWith(RUN_ACTOR) || OURS.test(action)) return null;
  const text = `${actor}: ${action} ${target} ${detail}`.trim().slice(0, 400);
  return { at, variant, kind: 'note', severity: 'warn', text };
}
