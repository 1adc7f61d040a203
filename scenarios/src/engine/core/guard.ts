import { decide } from '../decide.ts';
import { abort } from './abort.ts';
import type { Turn } from './turn.ts';
import { isGuarded, type Round } from './watch.ts';

/**
 * Ends the variant when an abort condition has been broken for its time without a break. Without
 * data nothing is decided: the time goes on.
 */
export function guard(turn: Turn, round: Round): void {
  if (!isGuarded(turn)) return;
  const { brokenSince } = turn.variant;
  for (const [index, { check, forMs }] of turn.script.experiment.abortWhen.entries()) {
    const reading = round.get(check.id);
    if (!reading) continue;
    const { outcome, detail } = decide(check, reading, turn.script.words);
    if (outcome === 'held') brokenSince.delete(index);
    if (outcome !== 'broken') continue;
    const since = brokenSince.get(index) ?? turn.now;
    brokenSince.set(index, since);
    if (turn.now - since < forMs) continue;
    const subject = { id: check.id, probe: check.probe.probe };
    abort(turn, { by: 'condition', reason: `stopped by a condition: ${detail}` }, subject);
    return;
  }
}
