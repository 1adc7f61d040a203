import type { Plan } from '../journal/entries.ts';

/** The document of the sample run. */
export const SAMPLE_DOCUMENT = `apiVersion: faultline/v1
kind: Experiment
metadata:
  name: payments-latency-opens-breaker
  title: A slow payment provider does not take checkout down
  pattern: R4
  tags: [network, breaker, checkout]
  runbook: runbooks/payments-slow.md
load: { rps: 40, mix: { browse: 6, checkout: 3, history: 1 }, seed: 7, warmup: 10s }
steadyState:
  - { probe: red.errorRatio, service: gateway, operation: POST /v1/orders, window: 10s, expect: < 1% }
  - { probe: red.latency, service: gateway, operation: POST /v1/orders, quantile: 0.95, window: 10s, expect: < 400ms }
method:
  - inject: { kind: network.latency, link: orders->payments, latency: 2s, jitter: 100ms, for: 40s }
  - await: { probe: breaker, link: orders->payments, expect: open, within: 10s }
  - observe: { for: 15s, steadyState: [red.latency] }
  - clear: all
  - await: { probe: breaker, link: orders->payments, expect: closed, within: 30s }
invariants: [money-conserved, stock-conserved, no-double-effect, no-stuck-saga]
sometimes:
  - { event: resilience.breaker.state_changed, link: orders->payments, to: open }
  - { event: saga.compensated }
variants:
  with-breaker: { expect: holds }
  without-breaker: { policy: { link: orders->payments, breaker: off }, expect: fails, because: [red.latency] }
`;

/** Its checks. */
export const SAMPLE_CHECKS: Plan['checks'] = [
  {
    id: 'red.errorRatio',
    title: 'errors of gateway POST /v1/orders over 10 s',
    expect: '< 1%',
    unit: 'ratio',
  },
  {
    id: 'red.latency',
    title: 'p95 of gateway POST /v1/orders over 10 s',
    expect: '< 400ms',
    unit: 'ms',
  },
  { id: 'breaker', title: 'breaker orders->payments', expect: 'open', unit: '' },
];

/** Its plan. */
export const SAMPLE_PLAN: Plan = {
  experiment: 'payments-latency-opens-breaker',
  title: 'A slow payment provider does not take checkout down',
  seed: 7,
  atMostMs: 420_000,
  variants: [
    { name: 'with-breaker', expect: 'holds', changes: [] },
    { name: 'without-breaker', expect: 'fails', changes: ['orders->payments breaker off'] },
  ],
  checks: SAMPLE_CHECKS,
  steps: [
    {
      path: '0',
      kind: 'inject',
      title: 'Inject latency 2 s ± 100 ms on orders->payments',
      line: 13,
      atMostMs: 0,
    },
    {
      path: '1',
      kind: 'await',
      title: 'Await breaker orders->payments open',
      line: 14,
      atMostMs: 10_000,
    },
    { path: '2', kind: 'observe', title: 'Observe red.latency', line: 15, atMostMs: 15_000 },
    { path: '3', kind: 'clear', title: 'Clear all faults', line: 16, atMostMs: 0 },
    {
      path: '4',
      kind: 'await',
      title: 'Await breaker orders->payments closed',
      line: 17,
      atMostMs: 30_000,
    },
  ],
  blastRadius: {
    links: ['orders->payments'],
    services: ['orders', 'payments'],
    instances: ['payments-1', 'payments-2'],
  },
  undo: ['faults', 'load', 'replicas', 'schema changes', 'policies'],
  abortWhen: ['errors of gateway over 5 s not < 60% for 10 s'],
  invariants: ['money-conserved', 'stock-conserved', 'no-double-effect', 'no-stuck-saga'],
  sometimes: ['breaker orders->payments opened', 'a saga was compensated'],
};
