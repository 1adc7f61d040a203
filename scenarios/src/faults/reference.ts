import type { FaultFieldView } from './fields.ts';
import type { FaultRegistry } from './registry.ts';
import { TTL_SECONDS } from './registry.ts';

/** The reference page of faults, made from the registry: `docs/reference/faults.md`. */
export function renderFaultReference(registry: FaultRegistry): string {
  const kinds = registry.kinds.map((kind) =>
    [
      `## ${kind.kind}`,
      `**${kind.title}.** ${kind.summary}`,
      `Selects: ${SELECTS[kind.selects]}.`,
      ...fieldTable(registry.fields(kind)),
    ].join('\n\n'),
  );
  return `${[HEAD, ...kinds].join('\n\n')}\n`;
}

const SELECTS = {
  link: '`link`, `links`, `service`, `instance`, or `link` with `instance`',
  links: '`link`, `links`, `service`, `instance`, or `link` with `instance`',
  instance: '`service` or `instance`',
} as const;

const HEAD = `# Faults

Made from the registry of kinds (\`scenarios/src/faults/registry.ts\`); a test holds this page
against it.

A fault is a lease: \`POST /api/faults\` with \`kind\`, one selector, the fields of the kind, and
\`ttlSeconds\` (${TTL_SECONDS.minimum} to ${TTL_SECONDS.maximum}, default ${TTL_SECONDS.default}). It ends by itself; the proxy holds the time limit too, and is
told again every second, so a fault outlives the control plane by 4 s at most.

Selectors: \`link: "orders->payments"\`, \`links: [...]\`, \`service: payments\` (every link to it, or
all its instances), \`instance: payments-2\`; \`*\` stands for any run of characters. A fault on a
link also covers instances that are added while it lasts. At most 50 faults are active. A second
fault of the same kind on the same line, and a second process fault on the same instance, is
refused with \`fault-conflict\`: a lease belongs to its owner.`;

function fieldTable(fields: readonly FaultFieldView[]): string[] {
  if (fields.length === 0) return ['No fields.'];
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    field.unit || (field.type === 'boolean' ? 'yes or no' : ''),
    field.choices.length > 0 ? field.choices.join(', ') : rangeOf(field),
    String(field.default),
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

function rangeOf({ minimum, maximum }: FaultFieldView): string {
  return minimum === null || maximum === null ? '' : `${minimum} to ${maximum}`;
}
