import { describe, expect, it } from 'vitest';
import { eventEntry, spanRecord, T0 } from '../testing/records.ts';
import { createBreakerBook } from './breakers.ts';

const LINK = 'orders->payments';

function changed(from: string, to: string, at: number) {
  return eventEntry('resilience.breaker.state_changed', at, {
    link: LINK,
    'breaker.from': from,
    'breaker.to': to,
    'breaker.reason': `${from} to ${to}`,
    'breaker.window_ms': 10_000,
    'breaker.calls': 20,
    'breaker.failures': 12,
    'breaker.slow': 3,
  });
}

const story = [
  changed('closed', 'open', T0 + 1000),
  changed('open', 'half-open', T0 + 11_000),
  changed('half-open', 'open', T0 + 11_500),
  changed('open', 'half-open', T0 + 21_500),
  changed('half-open', 'closed', T0 + 21_500),
];

describe('breaker lanes', () => {
  const expected = [
    ['closed', T0 + 1000, T0 + 1000],
    ['open', T0 + 1000, T0 + 11_000],
    ['half-open', T0 + 11_000, T0 + 11_500],
    ['open', T0 + 11_500, T0 + 21_500],
    ['half-open', T0 + 21_500, T0 + 21_500],
    ['closed', T0 + 21_500, null],
  ];

  it.each([
    ['in order', [0, 1, 2, 3, 4]],
    ['in the opposite order', [4, 3, 2, 1, 0]],
    ['mixed', [2, 0, 4, 1, 3]],
    ['each twice', [0, 0, 2, 1, 1, 2, 4, 3, 4, 3]],
  ])('are the same for events that come %s', (_, order) => {
    const book = createBreakerBook();
    for (const index of order) book.addLog(story[index] ?? story[0]!);
    const [lane] = book.lanes(T0, T0 + 60_000).lanes;
    expect(lane?.segments.map(({ state, from, to }) => [state, from, to])).toEqual(expected);
    expect(book.current()).toMatchObject([{ link: LINK, state: 'closed', since: T0 + 21_500 }]);
  });

  it('hold only what touches the range', () => {
    const book = createBreakerBook();
    for (const event of story) book.addLog(event);
    const [lane] = book.lanes(T0 + 12_000, T0 + 13_000).lanes;
    expect(lane?.segments).toMatchObject([{ state: 'open', reason: 'half-open to open' }]);
    expect(book.lanes(T0, T0 + 1, 'orders->inventory').lanes).toEqual([]);
  });

  it('carry the calls as ticks', () => {
    const book = createBreakerBook();
    for (const event of story) book.addLog(event);
    const attempt = { 'resilience.attempt': 1 };
    const call = (said: Parameters<typeof spanRecord>[0]): void =>
      book.addSpan(spanRecord({ kind: 'client', peer: 'payments', attributes: attempt, ...said }));
    call({ durationMs: 20 });
    call({ durationMs: 1500 });
    call({ durationMs: 500, status: 'error' });
    call({ kind: 'internal', durationMs: 0, attributes: { 'resilience.attempts': 0 } });
    call({ kind: 'internal', durationMs: 0, attributes: { 'resilience.attempts': 2 } });
    const [lane] = book.lanes(T0, T0 + 60_000).lanes;
    expect(lane?.calls.map((one) => one.outcome)).toEqual(['rejected', 'ok', 'failed', 'slow']);
  });

  it('keep their memory bounded and answer the newest 500 calls', () => {
    const book = createBreakerBook();
    book.addLog(changed('closed', 'open', T0));
    for (let index = 0; index < 10_000; index += 1) {
      const span = { kind: 'client', peer: 'payments', startedAt: T0 + index } as const;
      book.addSpan(spanRecord({ ...span, attributes: { 'resilience.attempt': 1 } }));
    }
    const [lane] = book.lanes(T0, T0 + 60_000).lanes;
    expect(lane?.calls).toHaveLength(500);
    expect(lane?.calls.at(-1)?.at).toBe(T0 + 10_009);
  });
});

describe('breakers seen by scraping', () => {
  const gauge = (name: string, value: number) => ({ name, labels: { link: LINK }, value });

  it('are known before the first event, with the window as evidence', () => {
    const book = createBreakerBook();
    const changes = book.addScrape('orders-1', T0, [
      gauge('resilience_breaker_state', 0),
      gauge('resilience_breaker_window_calls', 9),
      gauge('resilience_breaker_window_failures', 2),
      gauge('resilience_breaker_window_slow', 1),
    ]);
    expect(changes).toBe(true);
    expect(book.current()).toMatchObject([
      {
        state: 'closed',
        since: T0,
        evidence: { windowMs: 10_000, calls: 9, failures: 2, slow: 1 },
      },
    ]);
    expect(book.addScrape('orders-1', T0 + 1000, [gauge('resilience_breaker_state', 0)])).toBe(
      false,
    );
  });

  it('do not overrule an event that is newer than the scrape, but tell what no event told', () => {
    const book = createBreakerBook();
    book.addLog(changed('closed', 'open', T0));
    expect(book.addScrape('orders-1', T0 + 500, [gauge('resilience_breaker_state', 0)])).toBe(
      false,
    );
    expect(book.addScrape('orders-1', T0 + 5000, [gauge('resilience_breaker_state', 0)])).toBe(
      true,
    );
    expect(book.current()).toMatchObject([{ state: 'closed', since: T0 + 5000 }]);
  });

  it('ignore values that are no state', () => {
    const book = createBreakerBook();
    for (const value of [7, -1, Number.NaN, Infinity]) {
      book.addScrape('orders-1', T0, [gauge('resilience_breaker_state', value)]);
    }
    expect(book.current()).toEqual([]);
  });
});
