import type { Verdict } from '@faultline/server/contract';

/** What is shown of the result of one variant; null: it has none yet. */
export interface VariantResult {
  expect: 'holds' | 'fails' | null;
  verdict: Verdict | null;
  asClaimed: boolean | null;
}

/** The name of a variant as people say it: `with-breaker` -> `With breaker`. */
export function variantName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `Holds`, `Fails, as claimed`, `Holds, but should have failed`, `Inconclusive`, `Not run`. */
export function resultWords({ expect, verdict, asClaimed }: VariantResult): string {
  if (verdict === null) return 'Not run';
  if (verdict === 'inconclusive') return 'Inconclusive';
  const word = verdict === 'holds' ? 'Holds' : 'Fails';
  if (expect === null) return word;
  if (asClaimed === true) return verdict === 'fails' ? 'Fails, as claimed' : 'Holds, as claimed';
  if (expect === verdict) return `${word}, for another reason`;
  return expect === 'holds' ? `${word}, but should hold` : `${word}, but should fail`;
}

/** Whether a run showed what its document claims, in few words. */
export function claimWords({
  verdict,
  asClaimed,
}: {
  verdict: Verdict;
  asClaimed: boolean;
}): string {
  if (asClaimed) return 'As claimed';
  return verdict === 'inconclusive' ? 'Inconclusive' : 'Not as claimed';
}

/** Health of a verdict: colour and shape of it. */
export function verdictTone(verdict: Verdict | null): 'ok' | 'bad' | 'warn' | 'idle' {
  if (verdict === null) return 'idle';
  return verdict === 'holds' ? 'ok' : verdict === 'fails' ? 'bad' : 'warn';
}

const LINES = [
  { colour: 'var(--svc-1)', dash: undefined },
  { colour: 'var(--svc-4)', dash: '5 3' },
  { colour: 'var(--svc-2)', dash: '2 3' },
  { colour: 'var(--svc-3)', dash: '8 3 2 3' },
  { colour: 'var(--svc-7)', dash: '1 3' },
  { colour: 'var(--svc-13)', dash: '10 4' },
] as const;

/** How the line of the n-th variant is drawn, everywhere: colour and dashes say the same. */
export function variantLine(index: number): { colour: string; dash: string | undefined } {
  return LINES[index % LINES.length] ?? LINES[0];
}
