import type { Breaker, LinkRed } from '@faultline/collector/contract';
import type { FleetView } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import { evidenceText, openReason } from './breaker-ticks.ts';
import { edgeHealth, edgeLook, lineBreaker } from './edge-look.ts';
import { fromElk, layoutKey, measure, splinePath, toElk } from './layout.ts';
import { buildMap, isFound, neighbours, parseFind } from './model.ts';

const part = (name: string, layer: string) => ({
  name,
  layer,
  purpose: '',
  maxReplicas: 5,
  instances: [],
});
const link = (from: string, to: string, kind: 'service' | 'database' | 'broker' = 'service') => ({
  name: `${from}->${to}`,
  from,
  to,
  kind,
  protocol: 'http' as const,
  instances: [],
  faults: [],
});

const FLEET: Pick<FleetView, 'services' | 'resources' | 'links'> = {
  services: [part('gateway', 'gateway'), part('orders', 'domain'), part('payments', 'domain')],
  resources: [part('postgres', 'resource')],
  links: [
    link('gateway', 'orders'),
    link('orders', 'payments'),
    link('orders', 'postgres', 'database'),
  ],
};
const ALL = { databases: true, focus: null, find: '', hubs: false, edge: null };
const ids = (items: readonly { id: string }[]) => items.map((item) => item.id);

const red = (change: Partial<LinkRed>): LinkRed => ({
  link: 'a->b',
  from: 'a',
  to: 'b',
  ratePerS: 10,
  errorRatio: 0,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  count: 100,
  errorCount: 0,
  attemptsPerCall: 1,
  rejectedPerS: 0,
  ...change,
});

describe('what the map shows', () => {
  it('draws services and resources with the lines between them', () => {
    const map = buildMap(FLEET, ALL);
    expect(ids(map.nodes)).toEqual(['gateway', 'orders', 'payments', 'postgres']);
    expect(ids(map.edges)).toEqual(['gateway->orders', 'orders->payments', 'orders->postgres']);
  });

  it('leaves out databases and their lines when asked', () => {
    const map = buildMap(FLEET, { ...ALL, databases: false });
    expect(ids(map.edges)).toEqual(['gateway->orders', 'orders->payments']);
  });

  it('leaves out resources that no line ends at', () => {
    const resources = [...FLEET.resources, part('toxiproxy', 'resource')];
    expect(ids(buildMap({ ...FLEET, resources }, ALL).nodes)).not.toContain('toxiproxy');
  });

  it('hides what stands after a minus, and its lines', () => {
    const map = buildMap(FLEET, { ...ALL, find: 'gate -pay' });
    expect(ids(map.nodes)).toEqual(['gateway', 'orders', 'postgres']);
    expect(ids(map.edges)).toEqual(['gateway->orders', 'orders->postgres']);
  });

  it('focuses on a node, its neighbours and its own lines', () => {
    const map = buildMap(FLEET, { ...ALL, focus: 'payments' });
    expect(ids(map.nodes)).toEqual(['orders', 'payments']);
    expect(ids(map.edges)).toEqual(['orders->payments']);
    expect([...neighbours('orders', FLEET.links)]).toHaveLength(4);
  });

  it('finds by any of the words', () => {
    expect(parseFind(' Pay -post  - ')).toEqual({ find: ['pay', '-'].slice(0, 1), hide: ['post'] });
    expect(isFound('payments', 'pay gate')).toBe(true);
    expect(isFound('orders', 'pay gate')).toBe(false);
    expect(isFound('orders', '')).toBe(true);
  });
});

describe('the layout', () => {
  it('is computed again only when boxes or lines come or go', () => {
    const before = layoutKey(buildMap(FLEET, ALL), false);
    const restarted = structuredClone(FLEET);
    restarted.services[0]!.instances.push({
      id: 'gateway-1',
      state: 'crashed',
      restarts: 3,
      startedAt: null,
      port: null,
      detail: null,
    });
    expect(layoutKey(buildMap(restarted, ALL), false)).toBe(before);
    expect(layoutKey(buildMap(FLEET, { ...ALL, databases: false }), false)).not.toBe(before);
    expect(layoutKey(buildMap(FLEET, ALL), true)).not.toBe(before);
  });

  it('gives elk ports in the middle of both sides and layers when asked', () => {
    const graph = toElk(buildMap(FLEET, ALL), true);
    expect(graph.children[0]).toMatchObject({
      id: 'gateway',
      layoutOptions: { 'elk.partitioning.partition': '2' },
      ports: [
        { id: 'gateway.in', x: 0, y: 34 },
        { id: 'gateway.out', x: 136, y: 34 },
      ],
    });
    expect(graph.edges[0]).toEqual({
      id: 'gateway->orders',
      sources: ['gateway.out'],
      targets: ['orders.in'],
    });
  });

  it('reads positions and splines back', () => {
    const graph = toElk(buildMap(FLEET, ALL), false);
    graph.children[1]!.x = 200;
    graph.edges[0]!.sections = [{ startPoint: { x: 0, y: 0 }, endPoint: { x: 30, y: 0 } }];
    const layout = fromElk(graph);
    expect(layout.nodes.get('orders')).toEqual({ x: 200, y: 0 });
    expect(layout.edges.get('gateway->orders')).toEqual({
      path: 'M0 0L30 0',
      middle: { x: 30, y: 0 },
      lengthPx: 30,
    });
    expect(layout.edges.has('orders->payments')).toBe(false);
  });

  it('draws cubic pieces and finds the middle of their length', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 20, y: 0 },
      { x: 30, y: 0 },
    ];
    expect(splinePath(points)).toBe('M0 0C10 0 20 0 30 0');
    const { middle, lengthPx } = measure(points);
    expect(lengthPx).toBeCloseTo(30);
    expect(middle.x).toBeCloseTo(15, 0);
  });
});

describe('a line', () => {
  it('fails when its caller is refused, even if no call went out', () => {
    expect(edgeHealth(red({ ratePerS: 0, count: 0, rejectedPerS: 9 }))).toBe('bad');
  });

  it.each([
    [0, 'ok'],
    [0.009, 'ok'],
    [0.01, 'warn'],
    [0.05, 'bad'],
  ])('with an error ratio of %d is %s', (errorRatio, health) => {
    expect(edgeHealth(red({ errorRatio }))).toBe(health);
  });

  it('is idle without traffic and without data', () => {
    expect(edgeHealth(undefined)).toBe('idle');
    expect(edgeLook(red({ ratePerS: 0, count: 0 }))).toEqual({
      health: 'idle',
      widthPx: 1.2,
      dots: 0,
    });
  });

  it('grows with its rate, within bounds', () => {
    const widths = [1, 12, 40, 500].map((ratePerS) => edgeLook(red({ ratePerS })).widthPx);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths.at(-1)).toBe(6);
    expect(edgeLook(red({ ratePerS: 500 })).dots).toBe(4);
  });

  it('shows the worst of its callers’ breakers', () => {
    const breaker = (instance: string, state: Breaker['state']): Breaker => ({
      link: 'a->b',
      instance,
      state,
      since: 0,
      evidence: { windowMs: 1, calls: 0, failures: 0, slow: 0 },
    });
    const all = [breaker('a-1', 'closed'), breaker('a-2', 'half-open'), breaker('a-3', 'open')];
    expect(lineBreaker(all, 'a->b')?.instance).toBe('a-3');
    expect(lineBreaker(all.slice(0, 2), 'a->b')?.state).toBe('half-open');
    expect(lineBreaker(all, 'x->y')).toBeNull();
  });
});

describe("a breaker's words", () => {
  const segment = (state: 'open' | 'closed', reason: string | null) => ({
    state,
    reason,
    from: 0,
    to: null,
    evidence: null,
  });

  it('say why it opened last, never how it was noticed', () => {
    expect(
      openReason([
        segment('open', 'failure-ratio'),
        segment('open', 'probe-failed'),
        segment('closed', 'probes-succeeded'),
        segment('open', 'seen by scraping; no event told of it'),
      ]),
    ).toBe('a probe that failed');
    expect(openReason([segment('open', 'constructor')])).toBeNull();
  });

  it('count calls in good English', () => {
    const evidence = { windowMs: 10_000, failures: 0, slow: 0 };
    expect(evidenceText({ evidence: { ...evidence, calls: 1 } })).toBe(
      'The one call in 10 s was good',
    );
    expect(evidenceText({ evidence: { ...evidence, calls: 1, failures: 1 } })).toBe(
      '1 failed of 1 call in 10 s (100 %)',
    );
  });
});
