import type { Check } from '../../document/model.ts';
import type { EntryOf } from '../../journal/entries.ts';
import type { Decision } from '../decide.ts';
import type { Turn } from './turn.ts';

/** Writes a decision, and keeps it for the verdict. */
export function writeDecision(
  turn: Turn,
  check: Check,
  when: EntryOf<'check'>['when'],
  decision: Decision,
): void {
  turn.write({ kind: 'check', check: check.id, when, ...decision });
  turn.variant.findings.checks.push({
    check: check.id,
    probe: check.probe.probe,
    when,
    outcome: decision.outcome,
    detail: decision.detail,
  });
}
