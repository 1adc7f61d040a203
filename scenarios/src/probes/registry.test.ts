import { describe, expect, it } from 'vitest';
import { createProbeRegistry, PROBES } from './registry.ts';

const registry = createProbeRegistry();

/** The smallest probe of each kind. */
const SMALLEST: Record<string, object> = {
  'red.rate': { service: 'gateway' },
  'red.errorRatio': { service: 'gateway' },
  'red.latency': { link: 'orders->payments' },
  'red.attempts': { link: 'orders->payments' },
  'red.rejected': { link: 'orders->payments' },
  'sli.availability': { service: 'gateway' },
  'sli.latency': { service: 'gateway', threshold: '300ms' },
  breaker: { link: 'orders->payments' },
  'saga.count': { state: 'stuck' },
  'saga.ratio': { state: 'compensated' },
  'consumer.lag': {},
  deadletters: {},
  'outbox.pending': { service: 'orders' },
  'projection.lag': { service: 'order-history' },
  log: {},
  metric: { name: 'db_pool_waiting' },
  http: { service: 'edge', path: '/' },
  'process.state': { service: 'orders' },
  invariant: { name: 'money-conserved' },
};

describe('the registry of probes', () => {
  it.each(PROBES.map((kind) => [kind.kind, kind] as const))(
    '%s takes its smallest form, says what it measures, and describes every field',
    (name, kind) => {
      const parsed = registry.parse({ probe: name, ...SMALLEST[name] });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      expect(parsed.kind).toBe(kind);
      expect(kind.describe(parsed.spec)).not.toMatch(/undefined|\[object|null/);
      expect(kind.summary).toMatch(/\.$/);
      expect(registry.fields(kind).every(({ description }) => description !== '')).toBe(true);
    },
  );

  it('has each kind once', () => {
    expect(new Set(PROBES.map(({ kind }) => kind)).size).toBe(PROBES.length);
  });

  it.each([
    [undefined, 'red.rate', 10_000],
    ['1s', 'red.rate', 1000],
    ['15m', 'red.rate', 900_000],
    [1500, 'red.rate', 1500],
    [undefined, 'saga.count', 30_000],
  ])('reads the window %j of %s as %d ms', (window, probe, windowMs) => {
    const parsed = registry.parse({
      probe,
      ...SMALLEST[probe],
      ...(window === undefined ? {} : { window }),
    });
    expect(parsed.ok && parsed.kind.windowMs(parsed.spec)).toBe(windowMs);
  });

  it('tells the unit where it depends on the fields', () => {
    const unitOf = (input: object) => {
      const parsed = registry.parse(input);
      return parsed.ok ? registry.unitOf(parsed.spec) : parsed.problems;
    };
    const http = { probe: 'http', service: 'edge', path: '/' };
    expect(unitOf(http)).toBe('');
    expect(unitOf({ ...http, field: 'latency' })).toBe('ms');
    expect(unitOf({ probe: 'process.state', service: 'orders' })).toBe('count');
    expect(unitOf({ probe: 'process.state', instance: 'orders-1' })).toBe('');
    expect(() => registry.unitOf({ probe: 'nothing' })).toThrow('no probe is called nothing');
  });
});

describe('what the registry refuses', () => {
  const problemsOf = (input: unknown) => {
    const parsed = registry.parse(input);
    return parsed.ok ? [] : parsed.problems;
  };
  const rate = { probe: 'red.rate', service: 'gateway' };
  const http = { probe: 'http', service: 'edge', path: '/' };
  const WINDOW = 'is a duration from 1 s to 15 min, for instance 10s';

  it.each([
    [null, 'probe', 'is an object with probe and its fields'],
    [{ probe: 'red.speed' }, 'probe', expect.stringContaining('is one of red.rate, ')],
    [{ probe: 'red.rate' }, 'service', 'either service or link'],
    [{ ...rate, link: 'a->b' }, 'service', 'either service or link'],
    [{ probe: 'red.rate', link: 'a->b', operation: 'GET /' }, 'operation', 'only with service'],
    [{ probe: 'red.rate', link: 'a-b' }, 'link', 'is a link such as orders->payments'],
    [{ ...rate, window: '999ms' }, 'window', WINDOW],
    [{ ...rate, window: '901s' }, 'window', WINDOW],
    [{ ...rate, window: 'long' }, 'window', WINDOW],
    [{ ...rate, window: true }, 'window', WINDOW],
    [{ ...rate, quantile: 0.95 }, 'quantile', expect.stringContaining('not a field')],
    [{ ...rate, probe: 'red.latency', quantile: 0.9 }, 'quantile', 'is 0.5, 0.95 or 0.99'],
    [{ probe: 'saga.ratio', state: 'running' }, 'state', expect.stringContaining('is one of')],
    [{ probe: 'process.state' }, 'service', 'either service or instance'],
    [{ probe: 'invariant', name: 'x' }, 'name', expect.stringContaining('money-conserved')],
    [{ ...http, path: '//evil.example/' }, 'path', expect.stringContaining('is a path')],
    [{ ...http, path: 'http://evil.example/' }, 'path', expect.stringContaining('is a path')],
    [{ ...http, headers: { Host: 'x' } }, 'headers.Host', 'is a header that a request may set'],
    [{ ...http, headers: { 'a b': 'c' } }, 'headers.a b', 'is a header that a request may set'],
    [
      { probe: 'metric', name: 'm', labels: { 'a-b': 'c' } },
      'labels.a-b',
      'is the name of a label',
    ],
    [{ ...http, headers: { a: 'b\r\nc: d' } }, 'headers.a', 'is printable text'],
    [{ ...http, field: 'body' }, 'match', 'given with field: body, and only then'],
    [{ ...http, match: 'x' }, 'match', 'given with field: body, and only then'],
    [{ ...http, field: 'body', match: '(' }, 'match', 'is a regular expression'],
  ])('%j: %s %s', (input, field, rule: unknown) => {
    expect(problemsOf(input)).toContainEqual({
      ...{ field, rule, received: expect.any(String) as string },
    });
  });
});
