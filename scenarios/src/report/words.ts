import type { RunView, VariantView } from '../journal/view.ts';

/** How something is coloured: as it went. */
export type Tone = 'ok' | 'warn' | 'bad' | 'muted';

/** A verdict in words, and how it is coloured. */
export interface Said {
  text: string;
  tone: Tone;
}

/** Verdict of a variant: `Holds`, `Fails, as claimed`, `Inconclusive`, `Stopped early`. */
export function sayVariant({ outcome, expect, aborted, state }: VariantView): Said {
  if (!outcome) {
    return { text: state === 'running' ? 'Not finished' : 'Not run', tone: 'muted' };
  }
  if (outcome.exitCode === 70) return { text: 'The lab failed', tone: 'warn' };
  if (aborted) return { text: 'Stopped early', tone: 'warn' };
  if (outcome.exitCode === 4) return { text: 'The undo was not clean', tone: 'bad' };
  if (outcome.verdict === 'inconclusive') return { text: 'Inconclusive', tone: 'warn' };
  if (outcome.verdict === 'fails') {
    const claimed = expect === 'fails' && outcome.asClaimed;
    return { text: claimed ? 'Fails, as claimed' : 'Fails', tone: 'bad' };
  }
  if (expect === 'fails') return { text: 'Holds, against the claim', tone: 'warn' };
  return { text: 'Holds', tone: 'ok' };
}

/** Verdict of a run, as its headline. */
export function sayRun({ outcome, state, runKind }: RunView): Said {
  if (!outcome) return { text: state === 'queued' ? 'Not begun' : 'Not finished', tone: 'muted' };
  switch (outcome.exitCode) {
    case 0:
      return { text: runKind === 'soak' ? 'No invariant was broken' : 'As claimed', tone: 'ok' };
    case 1:
      return { text: runKind === 'soak' ? 'Violation found' : 'Not as claimed', tone: 'bad' };
    case 2:
      return { text: 'Inconclusive', tone: 'warn' };
    case 3:
      return { text: 'Stopped early', tone: 'warn' };
    case 4:
      return { text: 'The undo was not clean', tone: 'bad' };
    default:
      return { text: 'The lab failed', tone: 'warn' };
  }
}

/** Time of the run in UTC: `2026-09-14 21:35:00 UTC`; a dash when it has not begun. */
export function sayTime(at: number | null): string {
  return at === null ? '–' : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
