import type { FaultFieldView } from './fields.ts';
import type { FaultRegistry } from './registry.ts';
import { TTL_SECONDS } from './registry.ts';

/** The reference page of faults, made from the registry: `docs/reference/faults.md`. */
export function renderFaultReference(registry: FaultRegistry): string {
  const kinds = registry.kinds.map((kind) =>
    [
      `## ${kind.kind}`,
      `**${kind.title}.** ${kind.summary}`,
      `Selects: ${SELECTS[kind.selects]}${kind.needsHttp ? '; only lines that speak HTTP/1.1' : ''}.`,
      ...fieldTable(registry.fields(kind)),
    ].join('\n\n'),
  );
  return `${[HEAD, ...kinds].join('\n\n')}\n`;
}

const SELECTS = {
  link: '`link`, `links`, `service`, `instance`, or `link` with `instance`',
  links: '`link`, `links`, `service`, `instance`, or `link` with `instance`',
  instance: '`service` or `instance`',
  load: 'nothing; it hits the load generator',
  broker: 'nothing; it hits the broker',
  identity: 'nothing; it hits the identity provider',
} as const;

const HEAD = `# Faults

Made from the registry of kinds (\`scenarios/src/faults/registry.ts\`); a test holds this page
against it.

A fault is a lease: \`POST /api/faults\` with \`kind\`, one selector, the fields of the kind, and
\`ttlSeconds\` (${TTL_SECONDS.minimum} to ${TTL_SECONDS.maximum}, default ${TTL_SECONDS.default}). It ends by itself; what holds the effect, a proxy or the chassis of
an instance, holds the time limit too, and is told again every second, so a fault outlives the
control plane by 4 s at most. What is written down (a message, a restart) is not taken back.

Selectors: \`link: "orders->payments"\`, \`links: [...]\`, \`service: payments\` (every link to it, or
all its instances), \`instance: payments-2\`; \`*\` stands for any run of characters. A fault on a
link, and one inside instances, also covers instances that are added while it lasts. At most 50
faults are active. A second fault of the same kind on the same line or instance, and a second one
that decides whether a process lives (crash, crash loop, stop, pause, restart), is
refused with \`fault-conflict\`: a lease belongs to its owner.

Whoever runs a lab for others limits the blast radius: \`npm start -- --protect postgres
--max-targets 2 --max-fault-seconds 120\`. More instances, or a longer time, are refused with
\`limit-exceeded\`, what nobody may break with \`protected\`. The plan of a document says so before
it is run, a soak draws nothing beyond the limits, and \`GET /api/faults/kinds\` tells them.`;

function fieldTable(fields: readonly FaultFieldView[]): string[] {
  if (fields.length === 0) return ['No fields.'];
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    field.unit || UNITLESS[field.type] || '',
    field.choices.length > 0 ? field.choices.join(', ') : rangeOf(field),
    field.default === '' ? 'empty' : String(field.default),
    field.description,
  ]);
  const table = [['field', 'unit', 'range', 'default', 'meaning'], ...rows];
  const widths = table[0]?.map((_, column) =>
    Math.max(3, ...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths?.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [[line(table[0] ?? []), rule, ...rows.map(line)].join('\n')];
}

const UNITLESS: Partial<Record<FaultFieldView['type'], string>> = {
  boolean: 'yes or no',
  text: 'text',
};

function rangeOf({ minimum, maximum }: FaultFieldView): string {
  return minimum === null || maximum === null ? '' : `${minimum} to ${maximum}`;
}
