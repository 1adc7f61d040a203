import type { Run, VariantView } from '@faultline/server/contract';
import { plural } from '../../lib/format.ts';
import { readable } from './value-words.ts';
import { variantName } from './variant-words.ts';

/** What a run came to, for somebody who reads nothing else. */
export interface VerdictWords {
  tone: 'ok' | 'bad' | 'warn';
  /** `Proven both ways`, `Not as claimed`. */
  title: string;
  /** One sentence a variant. */
  sentence: string;
}

/** The verdict of an ended run; null before. */
export function verdictWords(
  run: Pick<Run, 'outcome' | 'variants' | 'runKind'>,
): VerdictWords | null {
  const { outcome, variants } = run;
  if (outcome === null) return null;
  const ended = variants.filter((variant) => variant.outcome !== null);
  const sentence =
    ended.length > 0 && ended.length <= SPOKEN
      ? ended.map((variant) => variantSentence(variant, variants.length === 1)).join(' ')
      : ended.length === 0
        ? `${endOf(outcome.reasons[0] ?? 'No variant was run to its end')}`
        : summary(ended);
  return { tone: toneOf(outcome), title: titleOf(run, outcome), sentence: readable(sentence) };
}

/** Variants that are told one by one. */
const SPOKEN = 4;

function toneOf(outcome: NonNullable<Run['outcome']>): VerdictWords['tone'] {
  if (outcome.asClaimed) return 'ok';
  return outcome.verdict === 'inconclusive' ? 'warn' : 'bad';
}

function titleOf(
  { variants, runKind }: Pick<Run, 'variants' | 'runKind'>,
  outcome: NonNullable<Run['outcome']>,
): string {
  if (variants.some((variant) => variant.aborted !== null)) return 'Stopped';
  if (runKind === 'soak') return SOAK[outcome.verdict];
  if (outcome.verdict === 'inconclusive') return 'Inconclusive';
  if (!outcome.asClaimed) return 'Not as claimed';
  if (variants.length > 0 && variants.every(({ sweep }) => sweep !== null)) return 'Measured';
  const claims = new Set(variants.map((variant) => variant.expect));
  if (claims.has('holds') && claims.has('fails')) return 'Proven both ways';
  return claims.has('fails') ? 'Fails, as claimed' : 'The claim holds';
}

const SOAK = {
  holds: 'Nothing was broken',
  fails: 'An invariant was broken',
  inconclusive: 'Inconclusive',
} as const;

/** `With breaker: the claim holds.` */
export function variantSentence(variant: VariantView, alone = false): string {
  const { outcome, expect, name, aborted } = variant;
  if (outcome === null) return `${variantName(name)}: not run.`;
  const who = alone && name === 'as-it-is' ? '' : `${variantName(name)}: `;
  const why = outcome.reasons[0];
  if (aborted !== null) {
    return `${who || 'It was '}stopped by ${STOPPED_BY[aborted.by] ?? aborted.by}: ${endOf(aborted.reason)}`;
  }
  const text = {
    holds: `the claim holds${expect === 'fails' ? ', though it should have failed' : ''}.`,
    fails: `${endOf(why ?? 'the claim does not hold', false)}${failure(variant)}.`,
    inconclusive: `it cannot be said: ${endOf(why ?? 'nothing could be measured')}`,
  }[outcome.verdict];
  return who === '' ? text.charAt(0).toUpperCase() + text.slice(1) : `${who}${text}`;
}

/** Who or what ended a run early. */
const STOPPED_BY: Readonly<Record<string, string>> = {
  condition: 'a condition of the document',
  person: 'a person',
  disconnect: 'the end of its command line',
  'stop-all': 'Stop all',
  'time-limit': 'its time limit',
  'lab-fault': 'a fault of the lab',
};

function failure({ outcome, expect }: VariantView): string {
  if (outcome?.asClaimed === true) return ', so it fails, as the document says';
  if (expect === 'fails') return ', so it fails, but for another reason than the document says';
  return expect === 'holds' ? ', so the claim does not hold' : ', so it fails';
}

function summary(ended: readonly VariantView[]): string {
  const count = (verdict: string) =>
    ended.filter((variant) => variant.outcome?.verdict === verdict).length;
  const parts = (['holds', 'fails', 'inconclusive'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${VERBS[verdict]}`);
  return `Of ${plural(ended.length, 'variant')}: ${parts.join(', ')}.`;
}
const VERBS = { holds: 'hold', fails: 'fail', inconclusive: 'inconclusive' } as const;

function endOf(text: string, stop = true): string {
  const bare = text.trim().replace(/[.!]$/, '');
  return stop ? `${bare}.` : bare;
}
