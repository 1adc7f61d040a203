import { describe, expect, it } from 'vitest';
import { runWords, soakWords } from './commands.ts';
import { copyDocument, draftDocument, nameIn, readFaults, writeFaults } from './draft.ts';
import { parseInline, parseMarkdown } from './markdown.ts';
import { mended, offeredBy, placeOf } from './problem-place.ts';
import { offersAt, type JsonSchema } from './schema-completions.ts';
import { keepUnsaved, readUnsaved } from './unsaved.ts';
import { placeAt } from './yaml-place.ts';

/** The place of `|` in a text. */
const at = (text: string) => placeAt(text.replace('|', ''), text.indexOf('|'));

describe('the place of the cursor', () => {
  it('is a key at the root', () => {
    expect(at('kind: Experiment\nme|')).toMatchObject({
      path: [],
      writes: 'key',
      word: 'me',
      siblings: { kind: 'Experiment' },
    });
  });

  it('is a value after its key', () => {
    expect(at('metadata:\n  name: pay|')).toMatchObject({
      path: ['metadata', 'name'],
      writes: 'value',
      word: 'pay',
    });
  });

  it('is a key of an item of a list, with what the item says already', () => {
    expect(at('steadyState:\n  - probe: red.latency\n    qu|\n    window: 10s\n')).toMatchObject({
      path: ['steadyState', '[]'],
      writes: 'key',
      word: 'qu',
      siblings: { probe: 'red.latency', window: '10s' },
    });
  });

  it('is a key after the dash of a list, however the list is indented', () => {
    expect(at('method:\n  - inj|')).toMatchObject({ path: ['method', '[]'], writes: 'key' });
    expect(at('method:\n- inj|')).toMatchObject({ path: ['method', '[]'], writes: 'key' });
  });

  it('is found within braces', () => {
    expect(at('method:\n  - inject: { kind: network.latency, la|')).toMatchObject({
      path: ['method', '[]', 'inject'],
      writes: 'key',
      word: 'la',
      siblings: { kind: 'network.latency' },
    });
    expect(at('method:\n  - inject: { kind: net| }')).toMatchObject({
      path: ['method', '[]', 'inject', 'kind'],
      writes: 'value',
      word: 'net',
    });
    expect(at('variants:\n  with: { policy: { link: a->b, br|')).toMatchObject({
      path: ['variants', 'with', 'policy'],
      siblings: { link: 'a->b' },
    });
  });

  it('is an item of a list in brackets', () => {
    expect(at('invariants: [money-conserved, st|')).toMatchObject({
      path: ['invariants', '[]'],
      writes: 'value',
      word: 'st',
    });
  });

  it('is nowhere in a comment', () => {
    expect(at('# some| words')).toBeNull();
  });
});

describe('completion', () => {
  const SCHEMA: JsonSchema = {
    type: 'object',
    required: ['method'],
    properties: {
      apiVersion: { const: 'faultline/v1' },
      method: { type: 'array', items: { $ref: '#/$defs/step' }, description: 'What is done' },
      steadyState: {
        type: 'array',
        items: {
          oneOf: [
            {
              properties: {
                probe: { const: 'red.latency' },
                quantile: { type: 'number', default: 0.95, description: '0 to 1' },
              },
            },
            { properties: { probe: { const: 'breaker' }, link: { type: 'string' } } },
          ],
        },
      },
      variants: { additionalProperties: { properties: { expect: { enum: ['holds', 'fails'] } } } },
    },
    $defs: {
      step: { properties: { parallel: { type: 'array', items: { $ref: '#/$defs/step' } } } },
    },
  };
  const labels = (text: string) => {
    const place = at(text);
    return place === null ? null : offersAt(SCHEMA, place).map(({ label }) => label);
  };

  it('offers keys that are not there yet, with what they are for', () => {
    expect(labels('apiVersion: faultline/v1\n|')).toEqual(['method', 'steadyState', 'variants']);
    const [method] = offersAt(SCHEMA, at('m|')!).filter(({ label }) => label === 'method');
    expect(method).toMatchObject({
      detail: 'required',
      apply: 'method:',
      description: 'What is done',
    });
  });

  it('offers the values of a key', () => {
    expect(labels('steadyState:\n  - probe: |')).toEqual(['red.latency', 'breaker']);
    expect(labels('variants:\n  with: { expect: |')).toEqual(['holds', 'fails']);
  });

  it('offers the fields of the kind that was chosen, and no other', () => {
    expect(labels('steadyState:\n  - probe: breaker\n    |')).toEqual(['link']);
    expect(labels('steadyState:\n  - { probe: red.latency, |')).toEqual(['quantile']);
  });

  it('offers the fields of all kinds while the kind is mistyped', () => {
    expect(labels('steadyState:\n  - probe: breakr\n    |')).toEqual(['quantile', 'link']);
  });

  it('follows references, also those that lead back', () => {
    expect(labels('method:\n  - parallel:\n    - par|')).toEqual(['parallel']);
  });

  it('offers nothing where the schema knows nothing', () => {
    expect(labels('unknown:\n  deeper: |')).toEqual([]);
  });
});

describe('a problem', () => {
  const TEXT = 'steadyState:\n  - probe: red.latencyy\n';
  const PROBLEM = {
    ...{ line: 2, column: 12, path: 'steadyState[0].probe', message: 'no such probe' },
    suggestion: 'did you mean red.latency?',
  };

  it('is marked from its column to the end of the word', () => {
    const { from, to } = placeOf(TEXT, PROBLEM);
    expect(TEXT.slice(from, to)).toBe('red.latencyy');
  });

  it('is marked within the text, wherever it claims to be', () => {
    expect(placeOf('a', { line: 9, column: 9 })).toEqual({ from: 1, to: 1 });
    expect(placeOf('', { line: 0, column: 0 })).toEqual({ from: 0, to: 0 });
  });

  it('leaves the colon of a key alone', () => {
    const text = '  windw: 10s';
    const { from, to } = placeOf(text, { line: 1, column: 3 });
    expect(text.slice(from, to)).toBe('windw');
  });

  it('is mended by the word it offers', () => {
    expect(mended(TEXT, PROBLEM)).toBe('steadyState:\n  - probe: red.latency\n');
    expect(mended(TEXT, { ...PROBLEM, suggestion: null })).toBeNull();
    expect(offeredBy('did you mean `10s`?')).toBe('10s');
    expect(offeredBy('use a range')).toBeNull();
  });
});

describe('a draft made of what is broken', () => {
  const LATENCY = {
    ...{ kind: 'network.latency', link: 'orders->payments', latencyMs: 2000, jitterMs: 150 },
    ttlSeconds: 60,
  };

  it('injects it, watches the gateway, and puts it back', () => {
    const draft = draftDocument([LATENCY], { rps: 40, seed: 7 });
    expect(draft).toContain('name: latency-on-orders-to-payments');
    expect(draft).toContain(
      '- inject: { kind: network.latency, link: orders->payments, latency: 2s, jitter: 150ms, for: 60s }',
    );
    expect(draft).toContain('- observe: { for: 55s, steadyState: [red.errorRatio, red.latency] }');
    expect(draft).toContain('- clear: all');
    expect(nameIn(draft)).toBe('latency-on-orders-to-payments');
  });

  it('quotes what YAML would read as something else', () => {
    const draft = draftDocument(
      [{ kind: 'http.abort', service: 'orders', body: '{"a":1}', when: 'on' }],
      {
        rps: 40,
        seed: 7,
      },
    );
    expect(draft).toContain(String.raw`body: "{\"a\":1}", when: "on"`);
  });

  it('travels in a link', () => {
    expect(readFaults(writeFaults([LATENCY]))).toEqual([LATENCY]);
    expect(readFaults('[1, {"kind":2}]')).toEqual([]);
    expect(readFaults('{')).toEqual([]);
    expect(readFaults(null)).toEqual([]);
  });

  it('is copied under another name', () => {
    expect(nameIn(copyDocument('metadata:\n  name: one\n  title: x\n'))).toBe('one-copy');
    const inBraces = 'kind: Experiment\nmetadata: { title: x, name: "one", tags: [a] }\nload: {}\n';
    expect(nameIn(inBraces)).toBe('one');
    expect(copyDocument(inBraces)).toBe(inBraces.replace('one', 'one-copy'));
    expect(nameIn('metadata:\n  title: x\n')).toBeNull();
    expect(nameIn('metadata:\n  title: x\nflags:\n  name: other\n')).toBeNull();
    expect(nameIn('metadata: { title: x }\nprobe: { name: other }\n')).toBeNull();
    expect(copyDocument('kind: x')).toBe('kind: x');
  });
});

describe('what was not saved', () => {
  it('waits in the tab until it is saved', () => {
    const kept = new Map<string, string>();
    const shelf = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
      removeItem: (key: string) => void kept.delete(key),
    };
    keepUnsaved('a', 'text', shelf);
    expect(readUnsaved('a', shelf)).toBe('text');
    expect(readUnsaved('b', shelf)).toBeNull();
    keepUnsaved('a', null, shelf);
    expect(readUnsaved('a', shelf)).toBeNull();
    expect(readUnsaved('a', undefined)).toBeNull();
  });
});

describe('the command that does the same', () => {
  it('runs what was chosen', () => {
    expect(runWords('claim', { variants: [], seed: null })).toEqual(['run', 'claim']);
    expect(runWords('claim', { variants: ['a', 'b'], seed: 9 })).toEqual([
      'run',
      'claim',
      '--variant',
      'a',
      'b',
      '--seed',
      '9',
    ]);
  });

  it('soaks', () => {
    expect(
      soakWords({ durationSeconds: 300, off: ['orders.outbox'], kinds: [], shrink: false }),
    ).toEqual(['soak', '--minutes', '5', '--off', 'orders.outbox', '--no-shrink']);
  });
});

describe('a runbook', () => {
  it('is read as headings, lists, code and tables', () => {
    const blocks = parseMarkdown(
      '# Slow\n\nFirst look\nhere.\n\n1. one\n   more\n2. two\n\n```\nrun `x`\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n',
    );
    expect(blocks.map(({ kind }) => kind)).toEqual([
      'heading',
      'paragraph',
      'list',
      'code',
      'table',
    ]);
    expect(blocks[2]).toMatchObject({
      ordered: true,
      items: [[{ text: 'one more' }], [{ text: 'two' }]],
    });
    expect(blocks[3]).toMatchObject({ text: 'run `x`' });
    expect(blocks[4]).toMatchObject({
      head: [[{ text: 'a' }], [{ text: 'b' }]],
      rows: [[[{ text: '1' }], [{ text: '2' }]]],
    });
  });

  it('links to pages and to nothing else', () => {
    expect(parseInline('see [map](/) or [bad](javascript:x) with `code` and **strong**')).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'link', text: 'map', href: '/' },
      { kind: 'text', text: ' or ' },
      { kind: 'text', text: 'bad' },
      { kind: 'text', text: ' with ' },
      { kind: 'code', text: 'code' },
      { kind: 'text', text: ' and ' },
      { kind: 'strong', text: 'strong' },
    ]);
  });
});
