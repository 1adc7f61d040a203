import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');

/** Tokens of the dark theme, with the light ones over them when asked. */
function tokens(light: boolean): Map<string, string> {
  const blocks = [...css.matchAll(/([^{}]+)\{([^}]*)\}/g)].filter(
    ([, selector = '']) => selector.includes(':root') || (light && selector.includes('light')),
  );
  return new Map(
    blocks.flatMap(([, , body = '']) =>
      [...body.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})\s*;/g)].map(
        ([, name = '', value = '']) => [name, value] as const,
      ),
    ),
  );
}

/** Relative luminance, https://www.w3.org/TR/WCAG21/#dfn-relative-luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = ['strong', 'normal', 'muted', 'faint'].map((name) => `--text-${name}`);
const MEANINGS = ['--accent', '--fault', '--ok', '--warn', '--bad'];
const GROUNDS = ['--surface', '--surface-raised', '--surface-sunken', '--surface-hover'];

describe.each([
  ['dark', false],
  ['light', true],
])('the %s theme', (_, light) => {
  const all = tokens(light);
  const value = (name: string) => all.get(name) ?? `${name} is missing`;

  it.each([...TEXTS, ...MEANINGS])('keeps %s readable on every ground (AA, 4.5)', (text) => {
    for (const ground of GROUNDS) {
      expect(contrast(value(text), value(ground)), ground).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('keeps words on filled buttons readable', () => {
    expect(contrast(value('--on-fault'), value('--fault'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(value('--on-bad'), value('--bad-solid'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(value('--on-accent'), value('--accent'))).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps the colours of services apart from the ground (3)', () => {
    for (let index = 1; index <= 15; index += 1) {
      expect(contrast(value(`--svc-${index}`), value('--surface'))).toBeGreaterThanOrEqual(3);
    }
  });
});
