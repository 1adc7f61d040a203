import type { AbortReason } from '../engine/abort.ts';
import { EXIT_CODES } from '../journal/entries.ts';
import type { Outcome } from '../journal/view.ts';

/** What was found out in one try. */
export interface TryFindings {
  /** Faults that took effect. */
  injected: number;
  broken: { name: string; evidence: string }[];
  aborted: AbortReason | null;
  undoLeft: string[];
}

/** What a try comes to; `broken` are names of invariants. */
export type TryOutcome = Outcome & { broken: string[] };

/** Judges a try: a broken invariant is a violation, whatever else happened. */
export function judgeTry(expect: 'holds' | null, findings: TryFindings): TryOutcome {
  const { aborted, broken, undoLeft } = findings;
  const verdict = verdictOf(findings);
  const asClaimed =
    aborted === null && undoLeft.length === 0 && (expect === null || verdict === 'holds');
  return {
    verdict,
    asClaimed,
    exitCode: exitCodeOf(findings, asClaimed, verdict),
    reasons: reasonsOf(findings),
    broken: broken.map(({ name }) => name),
  };
}

function verdictOf({ aborted, broken, injected }: TryFindings): TryOutcome['verdict'] {
  if (broken.length > 0) return 'fails';
  return aborted !== null || injected === 0 ? 'inconclusive' : 'holds';
}

function reasonsOf({ aborted, broken, injected, undoLeft }: TryFindings): string[] {
  const reasons = [
    ...(undoLeft.length > 0 ? [`the undo is not clean: ${undoLeft.join('; ')}`] : []),
    ...(aborted ? [aborted.reason] : []),
    ...broken.map(({ name, evidence }) => `${name} is broken: ${evidence}`),
    ...(injected === 0 && !aborted ? ['no fault took effect'] : []),
  ];
  if (reasons.length > 0) return reasons;
  return [`every invariant holds after ${injected} ${injected === 1 ? 'fault' : 'faults'}`];
}

function exitCodeOf(
  { aborted, undoLeft }: TryFindings,
  asClaimed: boolean,
  verdict: TryOutcome['verdict'],
): number {
  if (undoLeft.length > 0) return EXIT_CODES.undoNotClean;
  if (aborted) return aborted.by === 'lab-fault' ? EXIT_CODES.labFault : EXIT_CODES.aborted;
  if (asClaimed) return EXIT_CODES.holds;
  return verdict === 'inconclusive' ? EXIT_CODES.inconclusive : EXIT_CODES.fails;
}
