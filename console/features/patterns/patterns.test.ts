import { initialServicePolicy, linkPolicySchema } from '@faultline/chassis/core';
import type { PatternView, Policies } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import { gaugeLines } from './gauge-words.ts';
import { buildMatrix, columnGroups, countChanges, patternsOf } from './pattern-model.ts';
import { cellWords, differences, rangeWords, readField, valueWords } from './pattern-words.ts';
import { moveIn, readSelection, writeSelection } from './selection.ts';

const field = (name: string, unit = '', more: Partial<PatternView['fields'][number]> = {}) => ({
  ...{ name, unit, title: name, type: 'integer' as const, minimum: 1, maximum: 10 },
  ...{ exclusive: false, choices: [], ...more },
});
const pattern = (
  of: PatternView['of'],
  name: string,
  family: PatternView['family'],
  fields: PatternView['fields'] = [],
): PatternView => ({
  ...{ name, of, family, title: `The ${name}`, row: 'R1', purpose: 'p', whenOff: 'w', fields },
});
const LINK = linkPolicySchema.parse({});
const POLICIES: Policies = {
  policies: [
    { link: 'orders->payments', policy: LINK, initial: LINK },
    {
      link: 'gateway->orders',
      policy: { ...LINK, breaker: { ...LINK.breaker, enabled: false } },
      initial: LINK,
    },
  ],
  services: [
    {
      service: 'payments',
      policy: initialServicePolicy(['authentication', 'idempotency', 'rateLimit']),
      initial: initialServicePolicy(['authentication', 'idempotency', 'rateLimit']),
    },
    {
      service: 'orders',
      policy: initialServicePolicy(['outbox']),
      initial: initialServicePolicy(['outbox']),
    },
  ],
  flags: [],
  mtls: { on: false, initial: false },
  patterns: [
    pattern('link', 'breaker', 'reliability', [field('failureRatio', 'ratio')]),
    pattern('link', 'timeout', 'reliability', [field('attemptMs', 'ms')]),
    pattern('service', 'authentication', 'security'),
    pattern('service', 'idempotency', 'reliability'),
    pattern('service', 'outbox', 'data', [field('pollMs', 'ms')]),
    pattern('service', 'rateLimit', 'edge', [field('requestsPerS', '/s')]),
    pattern('service', 'saga', 'data'),
  ],
};
const ALL = { find: '', changedOnly: false, family: 'all' } as const;
const shape = (kind: 'link' | 'service', filter: object = {}) => {
  const { columns, rows } = buildMatrix(POLICIES, kind, { ...ALL, ...filter });
  return { columns: columns.map(({ name }) => name), rows: rows.map(({ target }) => target.name) };
};

describe('the matrix', () => {
  it('has a column for every pattern that somebody has, by family', () => {
    expect(shape('service').columns).toEqual([
      'rateLimit',
      'idempotency',
      'outbox',
      'authentication',
    ]);
    const { columns } = buildMatrix(POLICIES, 'service', ALL);
    expect(columnGroups(columns).map(({ family, count }) => [family, count])).toEqual([
      ['edge', 1],
      ['reliability', 1],
      ['data', 1],
      ['security', 1],
    ]);
  });

  it('says of each cell whether it is on, off, changed or not applicable', () => {
    const { rows } = buildMatrix(POLICIES, 'link', ALL);
    expect(rows[1]?.cells[0]).toMatchObject({ state: 'off', changed: true, words: 'off' });
    expect(rows[0]?.cells).toMatchObject([
      { state: 'on', changed: false, words: '50 %' },
      { state: 'on', words: '1 s' },
    ]);
    const [payments] = buildMatrix(POLICIES, 'service', ALL).rows;
    expect(payments?.cells.map(({ state }) => state)).toEqual(['on', 'on', 'none', 'on']);
    expect(countChanges(POLICIES)).toBe(1);
  });

  it('is filtered by name of a row or of a pattern, by family and by what was changed', () => {
    expect(shape('link', { find: 'gateway' }).rows).toEqual(['gateway->orders']);
    expect(shape('link', { find: 'timeout' })).toEqual({
      columns: ['timeout'],
      rows: ['orders->payments', 'gateway->orders'],
    });
    expect(shape('link', { find: 'gate break' })).toEqual({
      columns: ['breaker'],
      rows: ['gateway->orders'],
    });
    expect(shape('service', { find: 'timeout' }).rows).toEqual([]);
    expect(shape('link', { find: 'nobody' }).rows).toEqual([]);
    expect(shape('link', { changedOnly: true }).rows).toEqual(['gateway->orders']);
    expect(shape('service', { changedOnly: true }).rows).toEqual([]);
    expect(shape('service', { family: 'data' })).toEqual({ columns: ['outbox'], rows: ['orders'] });
  });

  it('tells the patterns of one service', () => {
    const names = patternsOf(POLICIES, { kind: 'service', name: 'payments' });
    expect(names.map((cell) => cell.pattern.name)).toEqual([
      'authentication',
      'idempotency',
      'rateLimit',
    ]);
    expect(patternsOf(POLICIES, { kind: 'service', name: 'nobody' })).toEqual([]);
  });
});

describe('a parameter', () => {
  it.each([
    ['5', {}, { value: 5 }],
    ['1', {}, { value: 1 }],
    ['10', {}, { value: 10 }],
    ['11', {}, { problem: '1 to 10, whole; got 11' }],
    ['0', {}, { problem: '1 to 10, whole; got 0' }],
    ['2.5', {}, { problem: '1 to 10, whole; got 2.5' }],
    ['', {}, { problem: '1 to 10, whole; got nothing' }],
    ['x', {}, { problem: '1 to 10, whole; got x' }],
    [
      '0',
      { type: 'number', minimum: 0, maximum: 1, exclusive: true },
      { problem: 'above 0 to 1; got 0' },
    ],
    ['0.01', { type: 'number', minimum: 0, maximum: 1, exclusive: true }, { value: 0.01 }],
    ['b', { type: 'choice', choices: ['a', 'b'] }, { value: 'b' }],
    ['c', { type: 'choice', choices: ['a', 'b'] }, { problem: 'a or b; got c' }],
  ] as const)('typed as %j with %j reads as %j', (typed, more, result) => {
    const limits = field('x', '', more as Partial<PatternView['fields'][number]>);
    expect(readField(limits, typed)).toEqual(result);
  });

  it('is said with its unit', () => {
    expect(valueWords(field('x', 'ms'), 2000)).toBe('2 s');
    expect(valueWords(field('x', 'ratio'), 0.2)).toBe('20 %');
    expect(valueWords(field('x', '/s'), 50)).toBe('50 /s');
    expect(rangeWords(field('x', '', { maximum: null }))).toBe('1 or more, whole');
    const bulkhead = pattern('link', 'bulkhead', 'reliability', [
      field('concurrency'),
      field('queue'),
    ]);
    expect(cellWords(bulkhead, { enabled: true, concurrency: 10, queue: 5 })).toBe('10 + 5');
    expect(cellWords(bulkhead, { enabled: false, concurrency: 10, queue: 5 })).toBe('off');
  });

  it('is part of a patch only where it differs', () => {
    expect(differences({ enabled: true, a: 1, b: 2 }, { enabled: true, a: 3, b: 2 })).toEqual({
      a: 3,
    });
  });
});

describe('the selection', () => {
  it('survives the URL', () => {
    for (const text of ['link/orders->payments/breaker', 'service/orders/saga', 'flag/x', 'mtls']) {
      const selection = readSelection(text);
      expect(selection && writeSelection(selection)).toBe(text);
    }
    for (const text of [null, '', 'link', 'link/a->b', 'flag/', 'planet/x/y']) {
      expect(readSelection(text)).toBeNull();
    }
  });

  it('moves by keys, over what is not applicable, and stays at the edges', () => {
    const grid = [
      ['a', null, 'c'],
      ['d', 'e', 'f'],
    ];
    expect(moveIn(grid, null, [1, 0])).toBe('a');
    expect(moveIn(grid, 'a', [0, 1])).toBe('c');
    expect(moveIn(grid, 'e', [-1, 0])).toBe('e');
    expect(moveIn(grid, 'a', [1, 0])).toBe('d');
    expect(moveIn(grid, 'f', [0, 1])).toBe('f');
    expect(moveIn(grid, 'gone', [0, 1])).toBe('a');
    expect(moveIn([], null, [1, 0])).toBeNull();
  });
});

describe('what instances tell of a pattern', () => {
  const gauge = (instance: string, name: string, link: string, value: number) => ({
    ...{ instance, name, labels: { link }, value },
  });
  const gauges = [
    gauge('orders-1', 'resilience_retry_budget', 'orders->payments', 9.5),
    gauge('orders-2', 'resilience_retry_budget', 'orders->payments', 1),
    gauge('orders-1', 'resilience_retry_budget', 'orders->catalog', 10),
    gauge('orders-1', 'resilience_retries_refused_total', 'orders->payments', 3),
  ];

  it('is added up over instances, for the link alone', () => {
    expect(gaugeLines(gauges, 'retryBudget', 'orders->payments')).toEqual([
      {
        title: 'Retries left in the budget',
        value: 10.5,
        by: [
          { instance: 'orders-1', value: 9.5 },
          { instance: 'orders-2', value: 1 },
        ],
      },
      { title: 'Retries it refused', value: 3, by: [{ instance: 'orders-1', value: 3 }] },
    ]);
    expect(gaugeLines(gauges, 'breaker', 'orders->payments')).toEqual([]);
    expect(gaugeLines(gauges, 'fallback', 'orders->payments')).toEqual([]);
  });
});
