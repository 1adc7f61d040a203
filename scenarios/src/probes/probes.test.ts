import { describe, expect, it } from 'vitest';
import {
  breakerOf,
  createFakeSight,
  eventAt,
  linkRed,
  sagaAt,
  seriesOf,
  serviceRed,
  snapshot,
} from '../testing/sight.ts';
import type { HttpProbeRequest, Reading, Sight } from './model.ts';
import { createProbeRegistry } from './registry.ts';

const registry = createProbeRegistry();
const SPAN = { from: 100_000, to: 110_000 };
const LINK = 'orders->payments';

async function read(
  input: object,
  said: Parameters<typeof createFakeSight>[0] = {},
  span = SPAN,
): Promise<Reading> {
  const parsed = registry.parse(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.kind.measure(parsed.spec, span, createFakeSight(said));
}

describe('RED', () => {
  const red: Sight['red'] = async () =>
    snapshot(
      [
        serviceRed('gateway', { count: 200, errorCount: 3 }),
        serviceRed('gateway', { operation: 'POST /v1/orders', count: 40, errorCount: 2 }),
      ],
      [linkRed(LINK, { count: 90, attemptsPerCall: 3, rejectedPerS: 2.5, p99Ms: 70 })],
    );
  const orders = { service: 'gateway', operation: 'POST /v1/orders' };

  it.each([
    [{ probe: 'red.rate', service: 'gateway' }, 20, null],
    [{ probe: 'red.rate', ...orders }, 4, null],
    [{ probe: 'red.rate', link: LINK }, 9, null],
    [{ probe: 'red.errorRatio', ...orders }, 0.05, 40],
    [{ probe: 'red.latency', ...orders }, 20, 40],
    [{ probe: 'red.latency', ...orders, quantile: 0.5 }, 10, 40],
    [{ probe: 'red.latency', link: LINK, quantile: 0.99 }, 70, 90],
    [{ probe: 'red.attempts', link: LINK }, 3, 90],
    [{ probe: 'red.rejected', link: LINK }, 2.5, null],
    [{ probe: 'sli.availability', ...orders }, 0.95, 40],
  ])('%j reads %d', async (probe, value, samples) => {
    expect(await read(probe, { red })).toMatchObject({ value, samples });
  });

  it.each([
    [{ probe: 'red.rate', link: 'orders->shipping' }, 0, null],
    [{ probe: 'red.rejected', link: 'orders->shipping' }, 0, null],
    [{ probe: 'red.errorRatio', link: 'orders->shipping' }, null, 0],
    [{ probe: 'red.latency', service: 'shipping' }, null, 0],
    [{ probe: 'red.attempts', link: 'orders->shipping' }, null, 0],
    [{ probe: 'sli.availability', service: 'shipping' }, null, 0],
  ])('%j without calls reads %j', async (probe, value, samples) => {
    expect(await read(probe, { red })).toMatchObject({ value, samples });
  });

  it.each(['red.rate', 'red.rejected'])(
    '%s is not 0 but unknown while nobody reports',
    async (probe) => {
      expect(await read({ probe, link: LINK })).toMatchObject({ value: null });
    },
  );

  it.each([
    [0, 1000],
    [1, 1000],
    [1000, 1000],
    [1001, 2000],
    [900_000, 900_000],
    [900_001, 900_000],
  ])(
    'looks back over whole seconds: a span of %d ms is a window of %d ms',
    async (spanMs, windowMs) => {
      const asked: number[] = [];
      const ask: Sight['red'] = async (window) => {
        asked.push(window);
        return snapshot([]);
      };
      await read(
        { probe: 'red.rate', link: LINK },
        { red: ask },
        { from: 5000, to: 5000 + spanMs },
      );
      expect(asked).toEqual([windowMs]);
    },
  );

  it('counts the share of fast calls', async () => {
    const fasterThan: Sight['fasterThan'] = async ({ thresholdMs, windowMs }) => ({
      good: thresholdMs / 10,
      total: windowMs / 100,
    });
    const probe = { probe: 'sli.latency', service: 'gateway', threshold: '900ms' };
    expect(await read(probe, { fasterThan })).toMatchObject({ value: 0.9, samples: 100 });
    expect(await read(probe)).toMatchObject({ value: null, samples: 0 });
  });
});

describe('breakers', () => {
  it.each([
    [['closed', 'closed'], 'closed'],
    [['closed', 'half-open'], 'half-open'],
    [['half-open', 'open'], 'open'],
    [[], null],
  ] as const)('of %j the worst is %j', async (states, value) => {
    const breakers: Sight['breakers'] = async () => [
      ...states.map((state, index) => breakerOf(LINK, `orders-${index + 1}`, state)),
      breakerOf('orders->shipping', 'orders-1', 'open'),
      breakerOf(LINK, 'orders-9', 'open'),
    ];
    expect(await read({ probe: 'breaker', link: LINK }, { breakers })).toMatchObject({ value });
  });

  it('may be that of one instance', async () => {
    const breakers: Sight['breakers'] = async () => [
      breakerOf(LINK, 'orders-1', 'open'),
      breakerOf(LINK, 'orders-2', 'closed'),
    ];
    const probe = { probe: 'breaker', link: LINK, instance: 'orders-2' };
    expect(await read(probe, { breakers })).toMatchObject({ value: 'closed' });
  });
});

describe('sagas', () => {
  const all = [
    sagaAt('completed', SPAN.from),
    sagaAt('completed', SPAN.to),
    sagaAt('completed', SPAN.from - 1),
    sagaAt('completed', SPAN.to + 1),
    sagaAt('compensated', SPAN.from + 1),
    sagaAt('stuck', SPAN.from + 2),
    sagaAt('running', SPAN.to + 5),
  ];
  const sagas: Sight['sagas'] = async ({ state }) => ({
    counts: { running: 9, completed: 9, compensated: 9, stuck: 9 },
    sagas: all.filter((saga) => state === undefined || saga.state === state),
    nextCursor: null,
  });

  it.each([
    ['completed', 2],
    ['compensated', 1],
    ['stuck', 1],
    ['running', 1],
    ['compensating', 0],
  ])('%s within the span: %d', async (state, value) => {
    expect(await read({ probe: 'saga.count', state }, { sagas })).toMatchObject({ value });
  });

  it('are shares of those that came to rest', async () => {
    const completed = await read({ probe: 'saga.ratio', state: 'completed' }, { sagas });
    expect(completed).toMatchObject({ value: 0.5, samples: 4 });
    const none = await read({ probe: 'saga.ratio', state: 'stuck' });
    expect(none).toMatchObject({ value: null, samples: 0 });
  });
});

describe('messages', () => {
  const topics: Sight['topics'] = async () => [
    {
      topic: 'orders',
      lag: 7,
      deadLetters: 2,
      groups: [
        { group: 'a', lag: 3 },
        { group: 'b', lag: 4 },
      ],
    },
    { topic: 'stock', lag: 5, deadLetters: 0, groups: [{ group: 'a', lag: 5 }] },
  ];

  it.each([
    [{ probe: 'consumer.lag' }, 12],
    [{ probe: 'consumer.lag', topic: 'orders' }, 7],
    [{ probe: 'consumer.lag', group: 'a' }, 8],
    [{ probe: 'consumer.lag', topic: 'orders', group: 'b' }, 4],
    [{ probe: 'consumer.lag', topic: 'nothing' }, null],
    [{ probe: 'deadletters' }, 2],
    [{ probe: 'deadletters', topic: 'stock' }, 0],
    [{ probe: 'deadletters', topic: 'nothing' }, null],
  ])('%j reads %j', async (probe, value) => {
    expect(await read(probe, { topics })).toMatchObject({ value });
  });

  it('has no value while the broker does not answer, which a fault may be the cause of', async () => {
    const away = async () => Promise.reject(new Error('kafka-1 does not answer'));
    for (const probe of ['consumer.lag', 'deadletters']) {
      const reading = await read({ probe }, { topics: away });
      expect(reading).toEqual({ value: null, samples: null, detail: 'kafka-1 does not answer' });
    }
  });

  it('takes the largest of what instances say now of the same rows', async () => {
    const metrics: Sight['metrics'] = async () => seriesOf([1, 4, null], [9, 3], [null]);
    const outbox = { probe: 'outbox.pending', service: 'orders' };
    expect(await read(outbox, { metrics })).toMatchObject({ value: 4 });
    const projection = { probe: 'projection.lag', service: 'order-history' };
    expect(await read(projection, { metrics })).toMatchObject({ value: 4000 });
    expect(await read(outbox)).toMatchObject({ value: null });
  });
});

describe('log records', () => {
  const changed = 'resilience.breaker.state_changed';
  const log = [
    eventAt(SPAN.from, changed, { link: LINK, 'breaker.to': 'open' }),
    eventAt(SPAN.from + 1, changed, { link: LINK, 'breaker.to': 'half-open' }),
    eventAt(SPAN.to, 'saga.stuck'),
    eventAt(SPAN.to + 1, 'saga.stuck'),
  ];

  it.each([
    [{ event: changed }, 2],
    [{ event: 'resilience.*' }, 2],
    [{ event: changed, attributes: { to: 'open' } }, 1],
    [{ event: changed, attributes: { 'breaker.to': 'open', link: 'orders->*' } }, 1],
    [{ event: changed, attributes: { to: 'closed' } }, 0],
    [{ event: 'saga.stuck' }, 1],
    [{}, 3],
  ])('%j: %d', async (fields, value) => {
    expect(await read({ probe: 'log', ...fields }, { log })).toEqual({ value, samples: null });
  });

  it('reads page after page, and says when it stopped', async () => {
    let pages = 0;
    const logs: Sight['logs'] = async ({ cursor }) => {
      expect(cursor).toBe(pages === 0 ? undefined : `page-${pages}`);
      pages += 1;
      return { logs: [eventAt(SPAN.from, 'saga.stuck')], nextCursor: `page-${pages}` };
    };
    const reading = await read({ probe: 'log' }, { logs });
    expect(reading).toMatchObject({
      value: 20,
      detail: expect.stringContaining('at least') as string,
    });
  });
});

describe('metrics', () => {
  it.each([
    ['last', 5],
    ['rate', 5],
    ['max', 3],
    ['min', 2],
  ])('%s of two series over the span is %d', async (aggregate, value) => {
    const metrics: Sight['metrics'] = async (query) => {
      expect(query).toMatchObject({ ...SPAN, stepMs: 10_000, aggregate, labels: { pool: 'main' } });
      return seriesOf([2], [3], [null]);
    };
    const probe = { probe: 'metric', name: 'db_pool_waiting', labels: { pool: 'main' }, aggregate };
    expect(await read(probe, { metrics })).toMatchObject({ value, samples: 2 });
  });

  it('without a value there is none', async () => {
    expect(await read({ probe: 'metric', name: 'nothing' })).toMatchObject({ value: null });
  });
});

describe('HTTP', () => {
  const probe = { probe: 'http', service: 'edge', path: '/v1/products' };
  const answering =
    (body: string, seen: HttpProbeRequest[] = []): Sight['http'] =>
    async (request) => {
      seen.push(request);
      return { kind: 'answered', status: 200, durationMs: 12.5, body };
    };

  it.each([
    [{}, 200],
    [{ field: 'latency' }, 12.5],
    [{ field: 'body', match: '"name":"\\w+"' }, true],
    [{ field: 'body', match: '^name' }, false],
  ])('%j reads %j', async (fields, value) => {
    const http = answering('{"name":"tea"}');
    expect(await read({ ...probe, ...fields }, { http })).toMatchObject({ value });
  });

  it('reads refused without an answer, whatever is asked of it', async () => {
    for (const field of ['status', 'latency']) {
      expect(await read({ ...probe, field })).toMatchObject({ value: 'refused' });
    }
  });

  it('does not look for a pattern for ever', async () => {
    const http = answering('a'.repeat(40));
    const reading = await read({ ...probe, field: 'body', match: '^(a+)+$!' }, { http });
    expect(reading).toMatchObject({
      value: null,
      detail: expect.stringContaining('100 ms') as string,
    });
  });

  it('passes on what is asked and nothing else', async () => {
    const seen: HttpProbeRequest[] = [];
    const asked = { ...probe, method: 'POST', headers: { a: 'b' }, body: { c: 1 }, as: 'ada' };
    await read({ ...asked, timeout: '3s' }, { http: answering('', seen) });
    const { probe: _, ...request } = asked;
    expect(seen).toEqual([{ ...request, certificate: 'shown', timeoutMs: 3000 }]);
  });
});

describe('processes and invariants', () => {
  it.each([
    [{ service: 'orders' }, 2],
    [{ service: 'kafka' }, 1],
    [{ instance: 'orders-2' }, 'ready'],
    [{ service: 'nothing' }, null],
    [{ instance: 'nothing-1' }, null],
  ])('%j reads %j', async (fields, value) => {
    expect(await read({ probe: 'process.state', ...fields })).toMatchObject({ value });
  });

  it.each([true, false])('an invariant that holds or not reads %j', async (holds) => {
    const violations = holds ? [] : [{ subject: 'order-7', detail: 'paid twice' }];
    const own = { name: 'money-conserved', title: '', holds, evidence: '9 orders', violations };
    const invariants: Sight['invariants'] = async () => ({
      ...{ holds, checkedAt: 1, invariants: [own] },
    });
    const reading = await read({ probe: 'invariant', name: 'money-conserved' }, { invariants });
    expect(reading).toMatchObject({
      value: holds,
      detail: holds ? '9 orders' : '9 orders; order-7: paid twice',
    });
    expect(
      await read({ probe: 'invariant', name: 'stock-conserved' }, { invariants }),
    ).toMatchObject({
      value: null,
    });
  });
});
