import { createManualClock } from '@faultline/chassis/core';
import type { LogRecord } from '@faultline/collector/contract';
import { describe, expect, it } from 'vitest';
import type { FaultReach } from '../engine/ports.ts';
import {
  breakerOf,
  createFakeSight,
  eventAt,
  linkRed,
  seriesOf,
  serviceRed,
  snapshot,
  statusOfTests,
} from '../testing/sight.ts';
import { createEffectPort } from './effect.ts';
import type { Sight } from './model.ts';

const LINK = 'orders->payments';
const T0 = 1_000_000;
const SPAN = { from: T0, to: T0 + 10_000 };
const NEVER = new AbortController().signal;

/** What a test says that can be seen before the fault, and while it lasts. */
type Scene = Partial<Sight> & { log?: LogRecord[] };

async function effectOf(
  reach: Partial<FaultReach> & { kind: string },
  before: Scene,
  after: Scene,
) {
  const scenes = [before, after];
  const port = createEffectPort({
    clock: createManualClock(T0),
    sight: () => createFakeSight(scenes.shift()),
  });
  const target = { links: [], services: [], instances: [], ...reach };
  const baseline = await port.before(target, NEVER);
  return port.seen(target, baseline, SPAN, NEVER);
}

const calls = (link: string, said: Parameters<typeof linkRed>[1] = {}): Scene => ({
  red: async () => snapshot([serviceRed('gateway')], [linkRed(link, said)]),
});
const network = { kind: 'network.latency', links: [LINK] };
const crash = { kind: 'process.crash', instances: ['payments-1'] };
const fleetWhere = (said: { state?: 'crashed' | 'ready'; restarts?: number }): Scene => ({
  fleet() {
    const status = statusOfTests();
    Object.assign(status.services.find(({ name }) => name === 'payments')!.instances[0]!, said);
    return status;
  },
});
const topicsWith = (lag: number, deadLetters: number): Scene => ({
  topics: async () => [{ topic: 'orders', lag, deadLetters, groups: [] }],
});
const usage = (value: number): Scene => ({ metrics: async () => seriesOf([value]) });
const violating = (count: number): Scene => ({
  invariants: async () => ({
    ...{ holds: count === 0, checkedAt: 0 },
    invariants: [
      {
        ...{ name: 'money-conserved', title: '', holds: count === 0, evidence: '' },
        violations: Array.from({ length: count }, () => ({ subject: 'o-1', detail: 'wrong' })),
      },
    ],
  }),
});
const told = (name: string, attributes: LogRecord['attributes'] = {}): Scene => ({
  log: Array.from({ length: 5 }, (_, index) => eventAt(T0 + index, name, attributes)),
});

describe('a fault has had an effect', () => {
  it.each<[string, Partial<FaultReach> & { kind: string }, Scene, Scene, string]>([
    ['a slow link', network, calls(LINK), calls(LINK, { p95Ms: 900 }), 'p95 of orders->payments'],
    ['failing calls', network, calls(LINK), calls(LINK, { errorCount: 40 }), 'error ratio'],
    [
      'calls that cease',
      network,
      calls(LINK),
      calls('orders->shipping'),
      'rate of orders->payments fell from 10 /s to 0 /s',
    ],
    [
      'a breaker that opens',
      network,
      {},
      { breakers: async () => [breakerOf(LINK, 'orders-1', 'open')] },
      'breaker of orders->payments opened',
    ],
    [
      'retries on the link',
      network,
      {},
      told('resilience.retry.scheduled', { link: LINK }),
      'resilience.retry.scheduled was told 5 times',
    ],
    [
      'a link to the broker whose consumers lag',
      { kind: 'network.timeout', links: ['orders->kafka'] },
      topicsWith(0, 0),
      topicsWith(50, 0),
      'consumer lag on orders rose from 0 to 50',
    ],
    ['a crash', crash, {}, fleetWhere({ state: 'crashed' }), 'payments-1 is crashed'],
    [
      'a restart',
      crash,
      fleetWhere({ restarts: 0 }),
      fleetWhere({ restarts: 1 }),
      'restarts of payments-1',
    ],
    [
      'callers that notice',
      crash,
      calls(LINK),
      calls(LINK, { errorCount: 50 }),
      'error ratio of orders->payments',
    ],
    [
      'a busy processor',
      { kind: 'process.cpu-hog', instances: ['payments-1'] },
      usage(0.1),
      usage(1.1),
      'processor use of payments-1',
    ],
    [
      'wrong answers',
      { kind: 'application.wrong-answer', services: ['payments'] },
      violating(0),
      violating(2),
      'violations of money-conserved',
    ],
    [
      'dead letters',
      { kind: 'events.poison-message' },
      topicsWith(0, 0),
      topicsWith(0, 1),
      'dead letters of orders rose from 0 to 1',
    ],
    [
      'refused access',
      { kind: 'identity.expired-token', instances: ['orders-1'] },
      {},
      told('security.access.refused'),
      'security.access.refused was told 5 times',
    ],
    [
      'a key that was replaced, even if nobody suffers',
      { kind: 'identity.rotated-key', services: ['payments'] },
      {},
      { log: [eventAt(T0, 'security.secret.rotated')] },
      'security.secret.rotated was told once',
    ],
    [
      'tokens that were taken back, long before anybody needs a new one',
      { kind: 'identity.revoked-token', services: ['identity'] },
      {},
      { log: [eventAt(T0, 'security.tokens.revoked')] },
      'security.tokens.revoked was told once',
    ],
    [
      'a broker that its clients cannot reach',
      { kind: 'process.stop', instances: ['kafka-1'] },
      calls('orders->kafka'),
      calls('orders->kafka', { errorCount: 60 }),
      'error ratio of orders->kafka',
    ],
    [
      'more load',
      { kind: 'load.spike', services: ['payments'] },
      calls(LINK),
      calls(LINK, { count: 500 }),
      'rate of orders->payments rose from 10 /s to 50 /s',
    ],
  ])('%s', async (_, reach, before, after, detail) => {
    const effect = await effectOf(reach, before, after);
    expect(effect).toEqual({ seen: true, detail: expect.stringContaining(detail) as string });
  });
});

describe('a fault has had none', () => {
  it.each<[string, Partial<FaultReach> & { kind: string }, Scene, Scene]>([
    ['when everything is as before', network, calls(LINK), calls(LINK)],
    [
      'when another link moved',
      network,
      calls(LINK),
      told('resilience.x', { link: 'edge->gateway' }),
    ],
    [
      'when lag moved, but no line to the broker was hit',
      network,
      topicsWith(0, 0),
      topicsWith(99, 9),
    ],
    ['when invariants broke that it cannot break', network, violating(0), violating(2)],
    ['when nobody reports', network, calls(LINK), {}],
    [
      'when the broker does not answer',
      { kind: 'events.consumer-pause' },
      topicsWith(0, 0),
      { topics: () => Promise.reject(new Error('away')) },
    ],
  ])('%s', async (_, reach, before, after) => {
    expect(await effectOf(reach, before, after)).toEqual({
      seen: false,
      detail: `nothing that ${reach.kind} moves has moved`,
    });
  });

  it('a collector that does not answer is a fault of the lab', async () => {
    const away: Scene = { red: () => Promise.reject(new Error('collector away')) };
    await expect(effectOf(network, calls(LINK), away)).rejects.toThrow('collector away');
  });
});

it('tells three things, and how many more there are', async () => {
  const { detail } = await effectOf(
    network,
    calls(LINK),
    calls(LINK, { errorCount: 50, p50Ms: 500, p95Ms: 900, count: 500, rejectedPerS: 4 }),
  );
  expect(detail.split('; ')).toHaveLength(4);
  expect(detail).toMatch(/; 2 more$/);
});
