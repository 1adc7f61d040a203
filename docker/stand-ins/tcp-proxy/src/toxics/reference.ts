import type { AttributeSpec } from './attributes.ts';
import { TOXIC_TYPES } from './registry.ts';

/** The table of toxics of the reference page, in Markdown. */
export function toxicReference(): string {
  const rows = TOXIC_TYPES.flatMap((type) => {
    const attributes = Object.entries(type.attributes);
    const first = [`| \`${type.name}\` | ${type.summary} | ${cell(attributes[0])} |`];
    return [...first, ...attributes.slice(1).map((attribute) => `| | | ${cell(attribute)} |`)];
  });
  return ['| Type | Effect | Attribute |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(attribute: [string, AttributeSpec] | undefined): string {
  if (!attribute) return 'none';
  const [name, spec] = attribute;
  return `\`${name}\` (${rangeOf(spec)}): ${spec.summary}`;
}

function rangeOf(spec: AttributeSpec): string {
  switch (spec.kind) {
    case 'integer':
      return `integer, ${spec.unit}, >= ${spec.min}`;
    case 'ratio':
      return 'number, 0 to 1';
    case 'text':
      return 'text';
    case 'choice':
      return spec.options.map((option) => `\`${option}\``).join(' or ');
  }
}
