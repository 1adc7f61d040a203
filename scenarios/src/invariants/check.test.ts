import type { Clock } from '@faultline/chassis/core';
import { describe, expect, it } from 'vitest';
import { soundStory, tell, type Story } from '../testing/witnesses.ts';
import { checkWith } from './check.ts';
import { WITNESSES } from './model.ts';
import { WitnessError, type Questions } from './witness.ts';

const clock: Clock = { now: () => 1_000_000, monotonicMs: () => 0, sleep: async () => undefined };
const { signal } = new AbortController();

const check = (story: Story, pageRows = 2) => checkWith(tell(story, pageRows), clock, signal);
const checkAll = (questions: Questions) => checkWith(questions, clock, signal);

/** The row of an order in a service. */
function row(story: Story, service: keyof Story['rows'], orderId: string) {
  const found = story.rows[service].find((one) => one.orderId === orderId);
  if (!found) throw new Error(`no ${orderId} in ${service}`);
  return found;
}

const tea = (quantity: number) => [{ sku: 'tea', quantity }];

/** Each way to break each invariant: what is changed, which invariant tells, about what. */
const BREACHES: [string, (story: Story) => void, string, string][] = [
  [
    'money captured twice over',
    (s) => (row(s, 'payments', 'o-1')['capturedCents'] = 4000),
    'money-conserved',
    'o-1',
  ],
  [
    'a refund of a confirmed order',
    (s) => (row(s, 'payments', 'o-2')['refundedCents'] = 1),
    'money-conserved',
    'o-2',
  ],
  [
    'a failed order without its refund',
    (s) => (row(s, 'payments', 'o-3')['refundedCents'] = 0),
    'money-conserved',
    'o-3',
  ],
  [
    'money for an order that is not there',
    (s) =>
      s.rows.payments.push({ orderId: 'o-9', captures: 1, capturedCents: 5, refundedCents: 0 }),
    'money-conserved',
    'o-9',
  ],
  [
    'money that only the provider took',
    (s) => (row(s, 'psp', 'o-2')['capturedCents'] = 4000),
    'provider-agrees',
    'o-2',
  ],
  [
    'a refund that the provider never made',
    (s) => (row(s, 'psp', 'o-3')['refundedCents'] = 0),
    'provider-agrees',
    'o-3',
  ],
  [
    'a charge of which the provider knows nothing',
    (s) => (s.rows.psp = s.rows.psp.slice(1)),
    'provider-agrees',
    'o-1',
  ],
  [
    'an outcome that nobody was told of, while later ones were told',
    (s) => {
      row(s, 'orders', 'o-2')['settledAt'] = 900_000;
      row(s, 'orders', 'o-1')['settledAt'] = 990_000;
    },
    'every-outcome-told',
    'o-2',
  ],
  [
    'stock that vanished',
    (s) => (s.sums.inventory['stock'] = [{ sku: 'tea', initial: 100, available: 90, reserved: 6 }]),
    'stock-conserved',
    'tea',
  ],
  [
    'stock that was oversold',
    (s) => (s.sums.inventory['stock'] = [{ sku: 'tea', initial: 4, available: -2, reserved: 6 }]),
    'stock-conserved',
    'tea',
  ],
  [
    'less reserved than confirmed',
    (s) => (s.sums.inventory['stock'] = [{ sku: 'tea', initial: 100, available: 97, reserved: 3 }]),
    'stock-conserved',
    'tea',
  ],
  [
    'a reservation that is too small',
    (s) => (row(s, 'inventory', 'o-1')['items'] = tea(1)),
    'stock-conserved',
    'o-1',
  ],
  [
    'a reservation of a failed order',
    (s) => s.rows.inventory.splice(2, 0, { orderId: 'o-3', items: tea(2) }),
    'stock-conserved',
    'o-3',
  ],
  [
    'an order captured twice',
    (s) => (row(s, 'payments', 'o-1')['captures'] = 2),
    'no-double-effect',
    'o-1',
  ],
  [
    'an order shipped twice',
    (s) => (row(s, 'shipping', 'o-2')['shipments'] = 2),
    'no-double-effect',
    'o-2',
  ],
  [
    'an order placed twice with one key',
    (s) => (row(s, 'orders', 'o-2')['repeats'] = 1),
    'no-double-effect',
    'o-2',
  ],
  [
    'stock reserved twice',
    (s) => (row(s, 'inventory', 'o-1')['items'] = tea(4)),
    'stock-conserved',
    'o-1',
  ],
  [
    'an order that nobody will ever end',
    (s) => {
      const [saga] = s.sums.orders['unfinished'] as Record<string, unknown>[];
      Object.assign(saga!, { sagaId: 'o-4', state: 'pending', step: 'unknown', startedAt: 1 });
    },
    'no-stuck-saga',
    'o-4',
  ],
  [
    'a customer told twice',
    (s) => (row(s, 'notifications', 'o-1')['confirmed'] = 2),
    'no-double-effect',
    'o-1',
  ],
  [
    'a failure told twice',
    (s) => (row(s, 'notifications', 'o-3')['failed'] = 2),
    'no-double-effect',
    'o-3',
  ],
  [
    'both outcomes told',
    (s) => (row(s, 'notifications', 'o-1')['failed'] = 1),
    'no-double-effect',
    'o-1',
  ],
  [
    'a failed order that kept money',
    (s) => (row(s, 'payments', 'o-3')['refundedCents'] = 100),
    'one-outcome',
    'o-3',
  ],
  [
    'a failed order that kept stock',
    (s) => s.rows.inventory.splice(2, 0, { orderId: 'o-3', items: tea(2) }),
    'one-outcome',
    'o-3',
  ],
  [
    'a failed order that was shipped',
    (s) => s.rows.shipping.push({ orderId: 'o-3', shipments: 1 }),
    'one-outcome',
    'o-3',
  ],
  [
    'a confirmed order without money',
    (s) => (s.rows.payments = s.rows.payments.slice(1)),
    'one-outcome',
    'o-1',
  ],
  [
    'a confirmed order without stock',
    (s) => (s.rows.inventory = s.rows.inventory.slice(1)),
    'one-outcome',
    'o-1',
  ],
  [
    'a confirmed order without a shipment',
    (s) => (s.rows.shipping = s.rows.shipping.slice(1)),
    'one-outcome',
    'o-1',
  ],
  [
    'a saga older than 30 s',
    (s) => ((s.sums.orders['unfinished'] as { startedAt: number }[])[0]!.startedAt = 969_000),
    'no-stuck-saga',
    'saga-4',
  ],
  [
    'a saga that gave up',
    (s) => ((s.sums.orders['unfinished'] as { state: string }[])[0]!.state = 'stuck'),
    'no-stuck-saga',
    'saga-4',
  ],
  [
    'stuck sagas that are only counted',
    (s) => ((s.sums.orders['sagas'] as { stuck: number }).stuck = 2),
    'no-stuck-saga',
    'orders',
  ],
  [
    'a copy of a price that missed a change',
    (s) => ((s.sums.orders['replica'] as { version: number }[])[0]!.version = 2),
    'replica-agrees',
    'tea',
  ],
  [
    'a copy with another price',
    (s) => ((s.sums.orders['replica'] as { priceCents: number }[])[0]!.priceCents = 1),
    'replica-agrees',
    'tea',
  ],
  [
    'a product without a copy',
    (s) => (s.sums.orders['replica'] as object[]).shift(),
    'replica-agrees',
    'tea',
  ],
  [
    'a copy of a change that was not',
    (s) => ((s.sums.orders['replica'] as { version: number }[])[1]!.version = 3),
    'replica-agrees',
    'mug',
  ],
  [
    'a change that is on its way for too long',
    (s) =>
      ((s.sums.catalog['prices'] as { changedAt: number }[])[1]!.changedAt = 1_000_000 - 10_001),
    'replica-agrees',
    'mug',
  ],
];

describe('the invariants', () => {
  it.each([1, 2, 3, 1000])('hold for sound data, read in pages of %i', async (pageRows) => {
    const report = await check(soundStory(), pageRows);
    expect(report.invariants.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report.holds).toBe(true);
    expect(report.invariants[0]?.evidence).toBe(
      'captured 55.00 - refunded 15.00 = confirmed 40.00 · 1 order in flight not counted',
    );
  });

  it.each(BREACHES)('tell %s', async (_what, breakIt, name, subject) => {
    const story = soundStory();
    breakIt(story);
    const report = await check(story);
    const result = report.invariants.find((one) => one.name === name);
    expect(report.holds).toBe(false);
    expect(result?.holds).toBe(false);
    expect(result?.violations.map((one) => one.subject)).toContain(subject);
  });

  it('counts an outcome as late while its event may still come', async () => {
    const young = soundStory();
    row(young, 'orders', 'o-2')['settledAt'] = 985_000;
    row(young, 'orders', 'o-1')['settledAt'] = 990_000;
    const waiting = soundStory();
    row(waiting, 'orders', 'o-2')['settledAt'] = 900_000;
    row(waiting, 'orders', 'o-1')['settledAt'] = 990_000;
    waiting.sums.orders['outboxPending'] = 1;
    for (const story of [young, waiting]) {
      const { invariants } = await check(story);
      expect(invariants.find(({ name }) => name === 'every-outcome-told')).toMatchObject({
        holds: true,
        evidence: '1 outcomes told, 0 lost · 1 not told yet',
      });
    }
  });

  it('lead to the trace of an order', async () => {
    const story = soundStory();
    row(story, 'payments', 'o-1')['captures'] = 2;
    const report = await check(story);
    expect(report.invariants[2]?.violations[0]?.traceId).toBe('a'.repeat(32));
  });

  it('are blind to what is only there for a moment', async () => {
    const broken = soundStory();
    row(broken, 'payments', 'o-1')['captures'] = 2;
    let now = tell(broken);
    const later: Clock = { ...clock, sleep: async () => void (now = tell(soundStory())) };
    const questions: Questions = {
      sums: (name) => now.sums(name),
      page: (name, after) => now.page(name, after),
    };
    const report = await checkWith(questions, later, signal);
    expect(report.holds).toBe(true);
  });

  it.each([...WITNESSES])('do not hold when %s cannot be asked', async (silent) => {
    const questions = tell(soundStory());
    const report = await checkAll({
      async sums(name) {
        if (name === silent) throw new WitnessError(name, 'no instance is ready');
        return questions.sums(name);
      },
      async page(name, after) {
        if (name === silent) throw new WitnessError(name, 'no instance is ready');
        return questions.page(name, after);
      },
    });
    expect(report.holds).toBe(false);
    const told = report.invariants.filter(({ holds }) => !holds);
    expect(told.length).toBeGreaterThan(0);
    for (const { violations } of told) {
      expect(violations).toEqual([
        { subject: silent, detail: 'could not be asked: no instance is ready' },
      ]);
    }
  });
});

describe('hostile facts', () => {
  const cases: [string, (story: Story) => void, keyof Story['rows']][] = [
    ['ids that do not ascend', (s) => void s.rows.payments.reverse(), 'payments'],
    [
      'rows of another shape',
      (s) => (s.rows.shipping = [{ orderId: 'o-1', shipments: -1 }]),
      'shipping',
    ],
    ['sums of another shape', (s) => (s.sums.inventory = { stock: 'plenty' }), 'inventory'],
  ];
  it.each(cases)('%s are a violation of the service', async (_what, breakIt, service) => {
    const story = soundStory();
    breakIt(story);
    const report = await check(story, 10);
    const subjects = report.invariants.flatMap(({ violations }) =>
      violations.map((v) => v.subject),
    );
    expect(new Set(subjects)).toEqual(new Set([service]));
  });

  it('never keep the checker going for ever', async () => {
    const questions = tell(soundStory());
    const report = await checkAll({
      sums: (name) => questions.sums(name),
      page: async (name, after) =>
        name === 'orders' ? { rows: [], next: after ?? 'o-0' } : questions.page(name, after),
    });
    expect(report.holds).toBe(false);
  });

  it('stay within bounds when everything is wrong', async () => {
    const story = soundStory();
    story.rows.orders = Array.from({ length: 5_000 }, (_, n) => ({
      orderId: `o-${String(n).padStart(6, '0')}`,
      state: 'confirmed',
      totalCents: 100,
      items: tea(1),
      traceId: null,
    }));
    for (const name of ['payments', 'inventory', 'shipping', 'notifications'] as const) {
      story.rows[name] = [];
    }
    const report = await check(story, 1000);
    expect(report.invariants[0]?.violations).toHaveLength(100);
    expect(report.invariants[0]?.evidence).toContain('100 of 5000 violations shown');
  });
});
