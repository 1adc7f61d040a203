import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseExperiment } from './parse.ts';
import { MAXIMUM_PROBLEMS } from './problems.ts';
import { MAXIMUM_CHARACTERS } from './source.ts';

const VALID = readFileSync(resolve(import.meta.dirname, 'fixtures/every-word.yaml'), 'utf8');

/** Every problem has a place in the text and says something. */
function judge(text: string): void {
  const answer = parseExperiment(text);
  if (answer.ok) return;
  expect(answer.problems.length).toBeGreaterThan(0);
  expect(answer.problems.length).toBeLessThanOrEqual(MAXIMUM_PROBLEMS);
  const lines = text.split('\n').length;
  for (const { line, column, message } of answer.problems) {
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
  }
}

/** CPU time of `act`: what else the machine does, does not count. */
function cpuMsOf(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

it('answers whatever the text is', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), judge), { numRuns: 100 });
});

const SYNTAX = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '  ',
    '&a ',
    '*a',
    '!t ',
    '"',
    "'",
    '|\n',
    '#',
    '---\n',
  ],
  ...[
    '%',
    '<<: ',
    '__proto__: ',
    'constructor: ',
    '? ',
    '~',
    '0x1',
    '.nan',
    '.inf',
    '1e999',
    'null',
  ],
  ...['probe: ', 'expect: ', 'inject: ', 'parallel: ', 'sequence: ', 'for: ', 'off', '𝄞', '\u0000'],
);

it('answers a valid document with anything put in, taken out or moved', () => {
  const edit = fc.record({
    at: fc.nat(VALID.length),
    remove: fc.nat(40),
    insert: fc.oneof(SYNTAX, fc.string({ maxLength: 12 })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      judge(
        edits.reduce(
          (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
          VALID,
        ),
      );
    }),
    { numRuns: 60 },
  );
});

it('answers a document whose values are of any other kind', () => {
  const lines = VALID.split('\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.json({ maxDepth: 3 }), (index, value) => {
      const changed = lines.map((line, at) =>
        at === index ? line.replace(/: .*$/, () => `: ${value}`) : line,
      );
      judge(changed.join('\n'));
    }),
    { numRuns: 60 },
  );
});

it.each(['[', '{a: ', '- ', 'a: ', '? ', '"', '&a ', '*a ', '\n', '#', '- a\n', ',', '|', '[a, '])(
  'takes bounded time for %j over and over',
  (part) => {
    const text = part.repeat(Math.floor(MAXIMUM_CHARACTERS / part.length));
    expect(cpuMsOf(() => judge(text))).toBeLessThan(5000);
  },
);

it('takes bounded time for many keys', () => {
  const keys = Array.from({ length: 18_000 }, (_, index) => `k${index}: 1`).join('\n');
  expect(cpuMsOf(() => judge(keys))).toBeLessThan(5000);
});
