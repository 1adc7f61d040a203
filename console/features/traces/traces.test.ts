import { createRandom } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path.ts';
import { flameLanes } from './flame-lanes.ts';
import { collapsible, isSelected, UNFOLDED, waterfallRows } from './rows.ts';
import { groupSpans } from './span-groups.ts';
import { timeSpent } from './time-spent.ts';
import { spanOf } from './trace-fixture.ts';
import { answerStatus, buildTree, mainRoot } from './tree.ts';

const CHECKOUT = [
  spanOf('root', null, [0, 2320], { service: 'gateway' }),
  spanOf('call', 'root', [10, 2300], {
    events: [{ name: 'resilience.backoff', at: 1_001_010, attributes: { delay_ms: 61 } }],
  }),
  spanOf('attempt-1', 'call', [10, 1010], { link: 'orders->payments', status: 'error' }),
  spanOf('attempt-2', 'call', [1071, 2071], { link: 'orders->payments', status: 'error' }),
  spanOf('release', 'call', [2100, 2300], { link: 'orders->inventory' }),
];

describe('the span tree', () => {
  it('shows every span once, also orphans and loops', () => {
    const spans = [
      spanOf('a', 'b', [0, 1]),
      spanOf('b', 'a', [0, 1]),
      spanOf('c', 'missing', [0, 1]),
      spanOf('d', 'd', [0, 1]),
    ];
    const rows = waterfallRows(buildTree(spans), UNFOLDED);
    expect(rows.map((row) => row.id).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes ten thousand spans below each other', () => {
    const spans = Array.from({ length: 10_000 }, (_, index) =>
      spanOf(`s${index}`, index === 0 ? null : `s${index - 1}`, [index, 20_000]),
    );
    const rows = waterfallRows(buildTree(spans), UNFOLDED);
    expect(rows).toHaveLength(10_000);
    expect(rows.at(-1)?.depth).toBe(9999);
  });
});

describe('the request in a trace', () => {
  it('is the longest root without a parent, also beside a longer orphan', () => {
    const tree = buildTree([
      spanOf('request', null, [0, 100]),
      spanOf('resumed', 'lost', [0, 5000]),
    ]);
    expect(mainRoot(tree)?.span.spanId).toBe('request');
    expect(mainRoot(buildTree([spanOf('orphan', 'lost', [0, 5])]))?.span.spanId).toBe('orphan');
    expect(mainRoot(buildTree([]))).toBeUndefined();
  });

  it('was answered with the status nearest to it', () => {
    const status = (code: number) => ({ attributes: { 'http.response.status_code': code } });
    const tree = buildTree([
      spanOf('request', null, [0, 100]),
      spanOf('call', 'request', [0, 100], status(504)),
      spanOf('answer', 'call', [0, 100], status(201)),
    ]);
    expect(answerStatus(tree)).toBe(504);
    expect(answerStatus(buildTree(CHECKOUT))).toBeNull();
  });
});

describe('the rows of a waterfall', () => {
  it('put pauses between the attempts they separate', () => {
    const rows = waterfallRows(buildTree(CHECKOUT), UNFOLDED);
    expect(rows.map((row) => [row.id, row.depth])).toEqual([
      ['root', 0],
      ['call', 1],
      ['attempt-1', 2],
      ['call/backoff-0', 2],
      ['attempt-2', 2],
      ['release', 2],
    ]);
  });

  it('leave out what is below a collapsed span', () => {
    const tree = buildTree(CHECKOUT);
    const rows = waterfallRows(tree, { collapsed: new Set(['call']), attempts: false });
    expect(rows.map((row) => row.id)).toEqual(['root', 'call']);
    expect(collapsible(tree).sort()).toEqual(['call', 'root']);
  });

  it('put a call and its only attempt on one line, and leave calls that retried apart', () => {
    const attempt = { attributes: { 'resilience.attempt': 1 } };
    const spans = [
      spanOf('root', null, [0, 100]),
      spanOf('once', 'root', [0, 40]),
      spanOf('once-1', 'once', [1, 39], attempt),
      spanOf('answer', 'once-1', [2, 38], { service: 'payments' }),
      spanOf('twice', 'root', [40, 100]),
      spanOf('twice-1', 'twice', [40, 60], attempt),
      spanOf('twice-2', 'twice', [70, 100], attempt),
    ];
    const rows = waterfallRows(buildTree(spans), { collapsed: new Set(), attempts: true });
    expect(rows.map((row) => [row.id, row.depth])).toEqual([
      ['root', 0],
      ['once-1', 1],
      ['answer', 2],
      ['twice', 1],
      ['twice-1', 2],
      ['twice-2', 2],
    ]);
    const shared = rows.find((row) => row.id === 'once-1');
    expect(shared).toMatchObject({
      startMs: 0,
      durationMs: 40,
      call: { span: { spanId: 'once' } },
    });
    expect(rows.filter((row) => isSelected(row, 'once'))).toEqual([shared]);
  });
});

describe('the critical path', () => {
  it('follows the child that ended last', () => {
    const path = criticalPath(buildTree(CHECKOUT));
    expect(path.map(({ spanId, fromMs, toMs }) => [spanId, fromMs, toMs])).toEqual([
      ['root', 0, 10],
      ['attempt-1', 10, 1010],
      ['call', 1010, 1071],
      ['attempt-2', 1071, 2071],
      ['call', 2071, 2100],
      ['release', 2100, 2300],
      ['root', 2300, 2320],
    ]);
  });

  it('covers the root without gap or overlap, whatever the spans', () => {
    const random = createRandom(11);
    for (let round = 0; round < 200; round += 1) {
      const spans = [spanOf('0', null, [0, 1000])];
      for (let id = 1; id < 30; id += 1) {
        const from = random.next() * 1200;
        const parent = String(Math.floor(random.next() * id));
        spans.push(spanOf(String(id), parent, [from, from + random.next() * 600]));
      }
      const path = criticalPath(buildTree(spans));
      const longest = spans.find((span) => span.spanId === '0');
      const covered = path.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      expect(covered).toBeCloseTo(longest?.durationMs ?? 0, 6);
      path.slice(1).forEach((segment, index) => {
        expect(segment.fromMs).toBeCloseTo(path[index]?.toMs ?? NaN, 6);
      });
    }
  });

  it('is empty for a trace without spans', () => {
    expect(criticalPath(buildTree([]))).toEqual([]);
  });
});

describe('where the time went', () => {
  it('names the line, the pauses and the rest', () => {
    const tree = buildTree(CHECKOUT);
    const shares = timeSpent(tree, criticalPath(tree), 3);
    expect(
      shares.map(({ label, durationMs, failed }) => [label, Math.round(durationMs), failed]),
    ).toEqual([
      ['orders->payments', 2000, true],
      ['orders->inventory', 200, false],
      ['backoff', 61, false],
      ['everything else', 59, false],
    ]);
    expect(shares.reduce((sum, share) => sum + share.ratio, 0)).toBeCloseTo(1);
  });
});

describe('the table and the flame graph of a trace', () => {
  it('count the time in which no child was running as own time', () => {
    const [most] = groupSpans(buildTree(CHECKOUT));
    expect(most).toMatchObject({ name: 'attempt-1', selfMs: 1000, count: 1, errors: 1 });
    const call = groupSpans(buildTree(CHECKOUT)).find((group) => group.name === 'call');
    expect(call?.selfMs).toBeCloseTo(90);
  });

  it('put concurrent siblings into lanes of their own', () => {
    const { lanes, left } = flameLanes(
      buildTree([spanOf('p', null, [0, 10]), spanOf('a', 'p', [1, 8]), spanOf('b', 'p', [2, 9])]),
    );
    expect(lanes.map((cells) => cells.map(({ node }) => node.span.spanId))).toEqual([
      ['p'],
      ['a'],
      ['b'],
    ]);
    expect(left).toBe(0);
  });

  it('count spans that run at once beyond the lanes there are', () => {
    const spans = Array.from({ length: 2000 }, (_, index) => spanOf(`s${index}`, 'p', [1, 9]));
    const { lanes, left } = flameLanes(buildTree([spanOf('p', null, [0, 10]), ...spans]));
    expect(lanes.flat().length + left).toBe(2001);
    expect(left).toBeGreaterThan(0);
  });
});
