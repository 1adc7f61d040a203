import type { Run, VariantView } from '@faultline/server/contract';
import { duration } from '../format.ts';
import { printable, type Paint, type Terminal } from '../terminal.ts';

/** Tells somebody who waits how a run gets on. */
export interface ProgressTeller {
  tell(run: Run): void;
}

/** What people read for the phases of a run. */
const PHASE_WORDS: Readonly<Record<NonNullable<VariantView['phase']>, string>> = {
  preparing: 'preparing',
  'warming-up': 'warming up',
  'steady-before': 'steady state before',
  method: 'method',
  'steady-after': 'steady state after',
  undoing: 'undoing',
  'steady-after-undo': 'steady state after the undo',
  settling: 'letting the fleet settle',
  invariants: 'invariants',
};

/**
 * At a terminal: a line that changes, and one that stays for each step. Elsewhere one line for each
 * variant that ended. Nothing when `quiet`.
 */
export function createProgressTeller(terminal: Terminal, quiet: boolean): ProgressTeller {
  const told = new Set<string>();
  const once = (key: string, text: () => string): void => {
    if (told.has(key)) return;
    told.add(key);
    terminal.line(text());
  };
  return {
    tell(run) {
      if (quiet) return;
      const seen = terminal.transient(printable(momentOf(run)));
      for (const variant of run.variants) {
        if (variant.state === 'waiting') continue;
        if (seen) tellSteps(run, variant, once, terminal.paint);
        if (variant.state === 'ended') {
          once(`${variant.name} ended`, () => `  ${describeVariant(variant, terminal.paint)}`);
        }
      }
      if (run.state !== 'ended') terminal.transient(printable(momentOf(run)));
      else terminal.transient('');
    },
  };
}

function tellSteps(
  run: Run,
  variant: VariantView,
  once: (key: string, text: () => string) => void,
  paint: Paint,
): void {
  if (run.variants.length > 1)
    once(`${variant.name} began`, () => `  ${paint.strong(variant.name)}`);
  for (const step of variant.steps) {
    if (step.state === 'waiting' || step.state === 'running') continue;
    const mark = step.state === 'done' ? paint.ok('✓') : paint.bad('✗');
    const took = duration((step.endedMs ?? 0) - (step.startedMs ?? 0));
    const detail = step.state === 'done' ? '' : `: ${printable(step.detail)}`;
    once(
      `${variant.name} ${step.path}`,
      () => `    ${mark} ${printable(step.title)}${detail}  ${paint.muted(took)}`,
    );
  }
}

/** `… with-breaker · method · await breaker open`, or its place in the queue. */
function momentOf(run: Run): string {
  if (run.state === 'queued') return `… waiting, place ${run.position}`;
  const variant = run.variants.find(({ state }) => state === 'running');
  if (!variant) return '…';
  const steps = variant.steps.filter(({ state }) => state === 'running');
  const phase = variant.phase === null ? '' : PHASE_WORDS[variant.phase];
  return `… ${[variant.name, phase, ...steps.map(({ title }) => title)].filter(Boolean).join(' · ')}`;
}

/** `✓ with-breaker holds, as claimed`, with the reasons when it is not as claimed. */
export function describeVariant(variant: VariantView, paint: Paint): string {
  const { outcome, name, expect } = variant;
  if (!outcome) return `${paint.muted('–')} ${name} was not run`;
  const { verdict, asClaimed, reasons } = outcome;
  const mark = asClaimed ? paint.ok('✓') : paint.bad('✗');
  const claim =
    expect === null ? '' : asClaimed ? ', as claimed' : `, but should ${wordOf(expect)}`;
  const why =
    asClaimed && verdict === 'holds'
      ? ''
      : reasons.map((reason) => `\n      ${printable(reason)}`).join('');
  return `${mark} ${name} ${verdict === 'inconclusive' ? 'is inconclusive' : verdict}${claim}${why}`;
}

function wordOf(expect: 'holds' | 'fails'): string {
  return expect === 'holds' ? 'hold' : 'fail';
}
