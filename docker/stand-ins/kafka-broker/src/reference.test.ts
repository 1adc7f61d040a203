import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REGISTRY } from './apis/registry.ts';
import { FLAGS } from './flags.ts';
import { parseOptions } from './options.ts';

const page = readFileSync(
  join(import.meta.dirname, '../../../../docs/reference/kafka-broker.md'),
  'utf8',
);

test('the reference page lists every API as the registry has it', () => {
  const rows = [...REGISTRY.values()]
    .sort((a, b) => a.key - b.key)
    .map((api) => {
      const flexible = api.flexibleFrom <= api.maxVersion ? String(api.flexibleFrom) : '';
      return `| ${api.key} | ${api.name} | ${api.minVersion} to ${api.maxVersion} | ${flexible} |`;
    });
  expect(page).toContain(`\n${rows.join('\n')}\n`);
});

test('the reference page lists every flag with its default', () => {
  const defaults: Record<string, unknown> = { ...parseOptions({ dataDir: 'd' }) };
  for (const { flag, option, kind } of FLAGS) {
    const value = defaults[option];
    const hasDefault = value !== undefined && kind !== 'topics' && option !== 'dataDir';
    expect(page).toContain(
      hasDefault ? `| \`--${flag}\` | \`${asText(value)}\` |` : `| \`--${flag}\` |`,
    );
  }
});

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
