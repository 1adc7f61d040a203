import { formatDuration } from '../document/units.ts';
import type { ProbeFieldView } from './fields.ts';
import type { AnyProbeKind, ProbeRegistry } from './registry.ts';

/** The reference page of probes, made from the registry: `docs/reference/probes.md`. */
export function renderProbeReference(registry: ProbeRegistry): string {
  const kinds = registry.kinds.map((kind) =>
    [
      `## ${kind.kind}`,
      `**${kind.title}.** ${kind.summary}`,
      sayUnit(kind),
      ...fieldTable(registry.fields(kind)),
    ].join('\n\n'),
  );
  return `${[HEAD, ...kinds].join('\n\n')}\n`;
}

const HEAD = `# Probes

Made from the registry of kinds (\`scenarios/src/probes/registry.ts\`); a test holds this page
against it.

A probe measures one thing. It stands in a document with \`probe\`, the fields of its kind, and what
is expected of it (\`expect: < 400ms\`). Durations are written with their unit (\`100ms\`, \`10s\`,
\`1.5m\`) or as a number of milliseconds; a link is \`caller->callee\`.

What is measured over a window is measured over the last \`window\` outside of an observation, and
over the whole of an observation in one. RED and indicators count whole seconds of the last 15
minutes, rounded up, and the present second is never among them. Other probes tell how things are
at the moment. A reading without a value, or with fewer samples than its kind asks for, makes a
check inconclusive: it neither holds nor fails.`;

const UNITS = {
  ratio: 'ratio; tolerances in percent (`1%`) or from 0 to 1',
  ms: 'time (`300ms`, `2s`)',
  '1/s': 'per second (`5/s`)',
  count: 'number',
  bytes: 'bytes (`64KB`)',
  times: 'times (`1.2x`)',
  '': 'as the summary says',
} as const;

function sayUnit({ unit, minimumSamples }: AnyProbeKind): string {
  const samples = minimumSamples > 0 ? ` At least ${minimumSamples} samples.` : '';
  return `Value: ${UNITS[unit]}.${samples}`;
}

function fieldTable(fields: readonly ProbeFieldView[]): string[] {
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    field.choices.length > 0 ? field.choices.join(', ') : field.type,
    field.required ? 'required' : sayDefault(field),
    field.description,
  ]);
  const table = [['field', 'values', 'default', 'meaning'], ...rows];
  const widths = table[0]?.map((_, column) =>
    Math.max(3, ...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths?.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [[line(table[0] ?? []), rule, ...rows.map(line)].join('\n')];
}

function sayDefault({ type, default: initial }: ProbeFieldView): string {
  if (initial === null) return '';
  return type === 'duration' && typeof initial === 'number'
    ? formatDuration(initial)
    : String(initial);
}
