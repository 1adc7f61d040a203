import type { ProbeSpec } from '../../document/model.ts';
import type { Span } from '../../probes/model.ts';
import type { Turn } from './turn.ts';

/**
 * What a reading of this moment is about: the window of the probe up to now, but nothing from before
 * the variant's load.
 */
export function windowOf(turn: Turn, probe: ProbeSpec): Span {
  const windowMs = turn.script.words.windowMs(probe) ?? 0;
  const began = turn.variant.load?.since ?? turn.now;
  return { from: Math.min(turn.now, Math.max(began, turn.now - windowMs)), to: turn.now };
}
