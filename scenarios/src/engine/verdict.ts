import { EXIT_CODES, type EntryOf, type Verdict } from '../journal/entries.ts';
import type { Outcome } from '../journal/view.ts';
import type { AbortReason } from './abort.ts';
import type { RunVariant } from './variants.ts';

/** A decision about a check, as the verdict needs it. */
export interface Finding {
  check: string;
  /** Kind of its probe: a document may name the reason by it. */
  probe: string;
  when: EntryOf<'check'>['when'];
  outcome: EntryOf<'check'>['outcome'];
  detail: string;
}

/** Everything that a variant found out. */
export interface Findings {
  /** False: it was never steady before anything was done. */
  steady: boolean;
  checks: Finding[];
  invariants: { name: string; holds: boolean; evidence: string }[];
  effects: { title: string; seen: boolean; detail: string }[];
  sightings: { title: string; seen: boolean; count: number }[];
  /** `check`: the broken one, when a condition ended it. */
  aborted: (AbortReason & { check: { id: string; probe: string } | null }) | null;
  undoLeft: string[];
}

/** Body of the entry that ends a variant. */
export type VariantOutcome = Omit<EntryOf<'variant-ended'>, 'kind' | 'seq' | 'at' | 'variant'>;

/** Nothing found yet. */
export const NO_FINDINGS: Findings = {
  steady: true,
  checks: [],
  invariants: [],
  effects: [],
  sightings: [],
  aborted: null,
  undoLeft: [],
};

/** What a variant comes to, by what it found and what it claims. */
export function judgeVariant(variant: RunVariant, findings: Findings): VariantOutcome {
  const broken = brokenOf(findings);
  const matches = claimMatches(variant, broken);
  const verdict = verdictOf(variant, findings, broken, matches);
  const labFault = findings.aborted?.by === 'lab-fault';
  const ended = findings.aborted !== null && findings.aborted.by !== 'condition';
  const shown =
    variant.expect === null ||
    (variant.expect === 'holds' ? verdict === 'holds' : verdict === 'fails' && matches);
  const clean = findings.undoLeft.length === 0;
  const asClaimed = shown && clean && !ended;
  return {
    verdict,
    reasons: reasonsOf(variant, findings, matches),
    broken: broken.map(({ id }) => id),
    asClaimed,
    exitCode: exitCode({ verdict, asClaimed, clean, labFault, aborted: findings.aborted !== null }),
  };
}

/** What a run comes to, by its variants; `planned` counts those that were to be run. */
export function judgeRun(
  variants: readonly { name: string; outcome: VariantOutcome }[],
  planned: number,
): Outcome {
  const worst = SEVERITY.find((code) => variants.some(({ outcome }) => outcome.exitCode === code));
  const failed = variants.some(({ outcome }) => outcome.exitCode === EXIT_CODES.fails);
  const asClaimed = worst === undefined && variants.length === planned;
  const reasons = variants
    .filter(({ outcome }) => !outcome.asClaimed)
    .flatMap(({ name, outcome }) => outcome.reasons.map((reason) => `${name}: ${reason}`));
  const skipped = planned - variants.length;
  if (skipped > 0) reasons.push(`${skipped} of ${planned} variants were not run`);
  const verdict = asClaimed ? 'holds' : failed ? 'fails' : 'inconclusive';
  return { verdict, asClaimed, exitCode: worst ?? (asClaimed ? 0 : 2), reasons };
}

/** Exit codes other than 0, the worst first. */
const SEVERITY: readonly number[] = [
  EXIT_CODES.undoNotClean,
  EXIT_CODES.labFault,
  EXIT_CODES.aborted,
  EXIT_CODES.fails,
  EXIT_CODES.inconclusive,
];

interface Broken {
  id: string;
  probe: string | null;
}

function brokenOf({ checks, invariants, aborted }: Findings): Broken[] {
  const all: Broken[] = [
    ...checks
      .filter(({ when, outcome }) => when !== 'before' && outcome === 'broken')
      .map(({ check, probe }) => ({ id: check, probe })),
    ...(aborted?.check ? [aborted.check] : []),
    ...invariants.filter(({ holds }) => !holds).map(({ name }) => ({ id: name, probe: null })),
  ];
  return all.filter(({ id }, index) => all.findIndex((other) => other.id === id) === index);
}

function claimMatches({ because }: RunVariant, broken: readonly Broken[]): boolean {
  if (because.length === 0) return broken.length > 0;
  return broken.some(
    ({ id, probe }) => because.includes(id) || (probe !== null && because.includes(probe)),
  );
}

function verdictOf(
  variant: RunVariant,
  findings: Findings,
  broken: readonly Broken[],
  matches: boolean,
): Verdict {
  const { aborted, steady } = findings;
  if (aborted?.by === 'lab-fault' || !steady) return 'inconclusive';
  const byCondition = aborted?.check ?? null;
  const decided = broken.filter(({ id }) => id !== byCondition?.id || wasDecided(findings, id));
  if (decided.length > 0) return 'fails';
  if (byCondition && variant.expect === 'fails' && matches) return 'fails';
  return doubts(findings).length > 0 ? 'inconclusive' : 'holds';
}

function wasDecided({ checks }: Findings, id: string): boolean {
  return checks.some(
    ({ check, when, outcome }) => check === id && when !== 'before' && outcome === 'broken',
  );
}

/** What keeps a run without broken checks from holding. */
function doubts({ aborted, checks, effects, sightings }: Findings): string[] {
  return [
    ...(aborted ? [aborted.reason] : []),
    ...checks
      .filter(({ when, outcome }) => when !== 'before' && outcome === 'no-data')
      .map(({ detail, when }) => `${detail} (${when})`),
    ...effects
      .filter(({ seen }) => !seen)
      .map(({ title, detail }) => `${title} had no measurable effect: ${detail}`),
    ...sightings.filter(({ seen }) => !seen).map(({ title }) => `${title} was never seen`),
  ];
}

function reasonsOf(variant: RunVariant, findings: Findings, matches: boolean): string[] {
  const { aborted, checks, invariants, steady, undoLeft } = findings;
  const missing = variant.because.join(' or ');
  const broken = [
    ...invariants
      .filter(({ holds }) => !holds)
      .map(({ name, evidence }) => `${name} is broken: ${evidence}`),
    ...checks
      .filter(({ when, outcome }) => when !== 'before' && outcome === 'broken')
      .map(({ detail, when }) => `${detail} (${when})`),
  ];
  const elsewhere = variant.expect === 'fails' && broken.length > 0 && !matches;
  const reasons = [
    ...(undoLeft.length > 0 ? [`the undo is not clean: ${undoLeft.join('; ')}`] : []),
    ...(aborted ? [aborted.reason] : []),
    ...(steady || aborted ? [] : ['not in its steady state before anything was done']),
    ...(elsewhere ? [`it fails, but not because of ${missing}`] : []),
    ...broken,
    // What is broken needs no doubts beside it.
    ...(broken.length > 0 ? [] : doubts({ ...findings, aborted: null })),
  ];
  if (reasons.length > 0) return reasons;
  return variant.expect === 'fails' ? ['everything held, although it was expected to fail'] : [];
}

function exitCode(facts: {
  verdict: Verdict;
  asClaimed: boolean;
  clean: boolean;
  labFault: boolean;
  aborted: boolean;
}): number {
  if (!facts.clean) return EXIT_CODES.undoNotClean;
  if (facts.labFault) return EXIT_CODES.labFault;
  if (facts.asClaimed) return EXIT_CODES.holds;
  if (facts.aborted) return EXIT_CODES.aborted;
  return facts.verdict === 'inconclusive' ? EXIT_CODES.inconclusive : EXIT_CODES.fails;
}
