import type { JournalEntry } from '../journal/entries.ts';
import { viewRun } from '../journal/fold.ts';
import type { RunView, VariantView } from '../journal/view.ts';
import { escapeMarkup } from './plain-text.ts';
import { sayVariant } from './words.ts';

/** Longest text of one `system-out`, characters. */
const MAXIMUM_OUTPUT = 4000;

/**
 * Runs as JUnit XML: a test suite an experiment, a test case a variant. A variant that did not show
 * what the document claims is a failure; one that says nothing, or that the lab let down, an error.
 */
export function renderJunit(runs: readonly (readonly JournalEntry[])[]): string {
  const views = runs.map((entries) => viewRun(entries));
  const cases = views.flatMap(({ variants }) => variants);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="faultline" ${counts(cases)} time="${seconds(sum(views.map(durationOf)))}">`,
    ...views.flatMap(suite),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suite(view: RunView): string[] {
  const attributes = [
    `name="${escapeMarkup(view.experiment)}"`,
    counts(view.variants),
    `time="${seconds(durationOf(view))}"`,
    ...(view.startedAt === null
      ? []
      : [`timestamp="${new Date(view.startedAt).toISOString().slice(0, 19)}"`]),
  ];
  return [
    `  <testsuite ${attributes.join(' ')}>`,
    '    <properties>',
    property('run', view.id),
    property('seed', String(view.seed)),
    property('runtime', view.runtime),
    ...(view.pattern === null ? [] : [property('pattern', view.pattern)]),
    '    </properties>',
    ...view.variants.flatMap((variant) => testCase(view, variant)),
    '  </testsuite>',
  ];
}

function property(name: string, value: string): string {
  return `      <property name="${name}" value="${escapeMarkup(value)}"/>`;
}

function testCase(view: RunView, variant: VariantView): string[] {
  const head = `name="${escapeMarkup(variant.name)}" classname="${escapeMarkup(view.experiment)}"`;
  return [
    `    <testcase ${head} time="${seconds(lasted(variant))}">`,
    ...problem(variant),
    `      <system-out>${escapeMarkup(output(variant))}</system-out>`,
    '    </testcase>',
  ];
}

/** What JUnit calls the outcome of a variant. */
type Result = 'passed' | 'failure' | 'error' | 'skipped';

function resultOf({ outcome, expect, aborted }: VariantView): { result: Result; type: string } {
  if (!outcome) return { result: 'skipped', type: 'not-run' };
  if (outcome.exitCode === 70) return { result: 'error', type: 'lab-fault' };
  if (outcome.exitCode === 4) return { result: 'error', type: 'undo-not-clean' };
  if (aborted && !outcome.asClaimed) return { result: 'error', type: 'aborted' };
  // The runs of a sweep claim nothing.
  if (outcome.asClaimed || expect === null) return { result: 'passed', type: '' };
  if (outcome.verdict === 'inconclusive') return { result: 'error', type: 'inconclusive' };
  return { result: 'failure', type: 'not-as-claimed' };
}

function problem(variant: VariantView): string[] {
  const { result, type } = resultOf(variant);
  if (result === 'passed') return [];
  if (result === 'skipped') return ['      <skipped message="did not run to its end"/>'];
  const reasons = variant.outcome?.reasons ?? [];
  const message = escapeMarkup(`${sayVariant(variant).text}: ${reasons[0] ?? 'no reason given'}`);
  const text = escapeMarkup(reasons.join('\n'));
  return [`      <${result} type="${type}" message="${message}">${text}</${result}>`];
}

function output(variant: VariantView): string {
  const lines = [
    `verdict: ${sayVariant(variant).text}`,
    ...variant.steps.map(({ state, title, detail }) => `${state}: ${title} ${detail}`.trimEnd()),
    ...variant.invariants.map(
      ({ holds, title, evidence }) => `${holds ? 'holds' : 'broken'}: ${title} (${evidence})`,
    ),
  ];
  return lines.join('\n').slice(0, MAXIMUM_OUTPUT);
}

function counts(variants: readonly VariantView[]): string {
  const results = variants.map((variant) => resultOf(variant).result);
  const count = (wanted: Result) => results.filter((result) => result === wanted).length;
  return (
    `tests="${variants.length}" failures="${count('failure')}" ` +
    `errors="${count('error')}" skipped="${count('skipped')}"`
  );
}

function durationOf({ variants }: RunView): number {
  return sum(variants.map(lasted));
}

function lasted({ startedAt, endedAt }: VariantView): number {
  return startedAt === null || endedAt === null ? 0 : endedAt - startedAt;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
