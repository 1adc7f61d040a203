import { sayCounted, sayLasting, sayValue } from '../compare/say-value.ts';
import type { JournalEntry } from '../journal/entries.ts';
import { viewRun } from '../journal/fold.ts';
import type { RunView, VariantView } from '../journal/view.ts';
import { escapeMarkdown as md, withoutControls } from './plain-text.ts';
import { sayRun, sayTime, sayVariant, type Tone } from './words.ts';

/** Most differences and violations that a comment shows; the other reports have them all. */
const MAXIMUM_ROWS = 8;

const SIGNS: Readonly<Record<Tone, string>> = { ok: '✅', warn: '⚠️', bad: '❌', muted: '➖' };

/** A run as Markdown that fits a comment on a pull request. */
export function renderMarkdown(entries: readonly JournalEntry[]): string {
  return `${runSection(viewRun(entries)).join('\n')}\n`;
}

/** Several runs: a table of verdicts, then everything that was not as claimed. */
export function renderMarkdownSuite(runs: readonly (readonly JournalEntry[])[]): string {
  const views = runs.map((entries) => viewRun(entries));
  const well = views.filter(({ outcome }) => outcome?.exitCode === 0).length;
  const rows = views.map((view) => {
    const said = sayRun(view);
    const variants = view.variants.map(
      (variant) => `${md(variant.name)}: ${sayVariant(variant).text}`,
    );
    return [`${SIGNS[said.tone]} ${said.text}`, md(view.experiment), variants.join('<br>')];
  });
  const lines = [
    `## ${well} of ${sayCounted(views.length, 'experiment')} as claimed`,
    '',
    ...table(['Result', 'Experiment', 'Variants'], rows),
    ...views
      .filter(({ outcome }) => outcome?.exitCode !== 0)
      .flatMap((view) => ['', ...runSection(view)]),
  ];
  return `${lines.join('\n')}\n`;
}

function runSection(view: RunView): string[] {
  const said = sayRun(view);
  const pattern = view.pattern === null ? '' : ` · pattern ${md(view.pattern)}`;
  return [
    `### ${SIGNS[said.tone]} ${md(view.title)}`,
    '',
    `**${said.text}** · \`${md(view.experiment)}\`${pattern} · seed ${view.seed} · ` +
      `${sayTime(view.startedAt)} · ${sayLasting(view.startedAt, view.endedAt)}`,
    '',
    ...table(
      ['Variant', 'Expected', 'Verdict', 'Why'],
      view.variants.map((variant) => [
        md(variant.name),
        variant.expect ?? '–',
        `${sayVariant(variant).text}`,
        (variant.outcome?.reasons ?? []).slice(0, 3).map(md).join('<br>') || '–',
      ]),
    ),
    ...differences(view),
    ...invariants(view.variants),
    ...notes(view),
  ];
}

/** Warnings, and what is longer than a line: the schedule that a soak was shrunk to. */
function notes({ notes: all }: RunView): string[] {
  return all
    .filter(({ severity, text }) => severity === 'warn' || text.includes('\n'))
    .slice(0, MAXIMUM_ROWS)
    .flatMap(({ text }) => {
      const [first = '', ...rest] = withoutControls(text).trimEnd().split('\n');
      const quote = ['', `> ${md(first)}`];
      // Indented by four, no line can end the block.
      return rest.length === 0 ? quote : [...quote, '', ...rest.map((line) => `    ${line}`)];
    });
}

function differences(view: RunView): string[] {
  if (view.differences.length === 0) return [];
  const rows = view.differences
    .slice(0, MAXIMUM_ROWS)
    .map(({ title, values, unit, summary }) => [
      md(title),
      ...values.map((value) => md(sayValue(value, unit))),
      md(summary),
    ]);
  const names = view.variants.map(({ name }) => md(name));
  return ['', ...table(['What differed', ...names, ''], rows)];
}

function invariants(variants: readonly VariantView[]): string[] {
  const all = variants.flatMap(({ name, invariants: own }) =>
    own.map((one) => ({ ...one, variant: name })),
  );
  const broken = all.filter(({ holds }) => !holds);
  if (all.length === 0) return [];
  if (broken.length === 0) return ['', `All ${all.length} checks of invariants hold.`];
  return [
    '',
    ...broken.flatMap(({ variant, title, evidence, violations }) => [
      `- **${md(title)}** is broken in ${md(variant)}: ${md(evidence)}`,
      ...violations
        .slice(0, MAXIMUM_ROWS)
        .map(({ subject, detail }) => `  - ${md(subject)}: ${md(detail)}`),
    ]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
