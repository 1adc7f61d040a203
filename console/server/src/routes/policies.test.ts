import { problemSchema } from '@faultline/chassis/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  auditSchema,
  marksSchema,
  mtlsSchema,
  policiesSchema,
  policyResetSchema,
  servicePolicyViewSchema,
  stoppedSchema,
  type Policies,
} from '../contract/index.ts';
import { startPlane, type TestPlane } from '../testing/plane.ts';

let lab: TestPlane;
beforeAll(async () => {
  lab = await startPlane();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const LINK = `/api/policies/${encodeURIComponent('orders->payments')}`;
const policies = async (): Promise<Policies> =>
  policiesSchema.parse((await lab.call('GET', '/api/policies')).body);
const audit = async () => auditSchema.parse((await lab.call('GET', '/api/audit')).body).entries;
/** What is not as at launch, as the views tell it. */
const changed = ({ policies: links, services, flags, mtls }: Policies): string[] => [
  ...links.filter((one) => !same(one.policy, one.initial)).map(({ link }) => link),
  ...services.filter((one) => !same(one.policy, one.initial)).map(({ service }) => service),
  ...flags.filter((one) => !same(one.flag, one.initial)).map(({ flag }) => flag.key),
  ...(mtls.on === mtls.initial ? [] : ['mtls']),
];
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

async function changeEverything(): Promise<void> {
  for (const [path, body] of [
    [LINK, { breaker: { enabled: false } }],
    ['/api/policies/services/payments', { idempotency: { enabled: false } }],
    ['/api/policies/flags/new-checkout', { percentage: 50 }],
    ['/api/policies/mtls', { on: true }],
  ] as const) {
    expect((await lab.call('PATCH', path, body)).status).toBe(200);
  }
  expect(changed(await policies())).toEqual([
    'orders->payments',
    'payments',
    'new-checkout',
    'mtls',
  ]);
}

describe('policies', () => {
  beforeEach(() => lab.call('POST', '/api/policies/reset'));

  it('are told for links and services, with what each pattern is for and what its fields may be', async () => {
    const { services, flags, patterns } = await policies();
    expect(services.map(({ service, policy }) => [service, Object.keys(policy)])).toEqual([
      ['orders', ['idempotency', 'outbox']],
      ['payments', ['idempotency', 'rateLimit']],
    ]);
    expect(flags).toMatchObject([{ flag: { key: 'new-checkout', percentage: 10 } }]);
    const pattern = (name: string) => patterns.find((one) => one.name === name);
    expect(pattern('retry')).toMatchObject({
      of: 'link',
      family: 'reliability',
      fields: [
        { name: 'attempts', type: 'integer', minimum: 1, maximum: 10, unit: '' },
        { name: 'baseDelayMs', title: 'Upper bound of the first pause', unit: 'ms' },
        { name: 'maxDelayMs' },
      ],
    });
    expect(pattern('rateLimit')).toMatchObject({
      of: 'service',
      family: 'edge',
      fields: [{ name: 'requestsPerS', minimum: 0, exclusive: true, unit: '/s' }, {}],
    });
    for (const { title, purpose, whenOff } of patterns) {
      expect([title, purpose, whenOff]).not.toContain('');
    }
  });

  it('are changed field by field, and answer what they are then and were at launch', async () => {
    const body = { rateLimit: { burst: 7 } };
    const answer = await lab.call('PATCH', '/api/policies/services/payments', body);
    expect(servicePolicyViewSchema.parse(answer.body)).toMatchObject({
      policy: { rateLimit: { enabled: true, requestsPerS: 50, burst: 7 } },
      initial: { rateLimit: { burst: 100 } },
    });
    const mtls = await lab.call('PATCH', '/api/policies/mtls', { on: true });
    expect(mtlsSchema.parse(mtls.body)).toEqual({ on: true, initial: false });
  });

  it('leave a line of the audit trail and a mark on the charts', async () => {
    await lab.call('PATCH', '/api/policies/services/payments', { idempotency: { enabled: false } });
    expect((await audit())[0]).toMatchObject({
      action: 'policy.patch',
      target: 'payments',
      detail: '{"idempotency":{"enabled":false}}',
      outcome: 'done',
    });
    const { marks } = marksSchema.parse((await lab.call('GET', '/api/marks?from=0')).body);
    expect(marks.at(-1)).toMatchObject({
      kind: 'policy',
      side: 'ours',
      services: ['payments'],
      title: 'payments: idempotency.enabled = false',
    });
  });

  it('make no mark when nothing changes', async () => {
    const count = async () =>
      marksSchema.parse((await lab.call('GET', '/api/marks?from=0')).body).marks.length;
    const before = await count();
    await lab.call('PATCH', LINK, { breaker: { enabled: true } });
    expect(await count()).toBe(before);
  });

  it.each([
    ['PATCH', LINK, { retry: { attempts: 11 } }, 400, 'invalid-request', 'retry.attempts'],
    ['PATCH', LINK, { retry: { attempts: 2.5 } }, 400, 'invalid-request', 'retry.attempts'],
    [
      'PATCH',
      LINK,
      { breaker: { failureRatio: 0 } },
      400,
      'invalid-request',
      'breaker.failureRatio',
    ],
    ['PATCH', LINK, { outbox: {} }, 400, 'invalid-request', 'outbox'],
    ['PATCH', LINK, { breaker: { colour: 'red' } }, 400, 'invalid-request', 'breaker.colour'],
    ['PATCH', '/api/policies/a->b', {}, 404, 'unknown-link', 'link'],
    ['PATCH', '/api/policies/services/nobody', {}, 404, 'unknown-service', 'service'],
    ['PATCH', '/api/policies/services/orders', { saga: {} }, 404, 'unknown-pattern', 'saga'],
    ['PATCH', '/api/policies/services/orders', { retry: {} }, 400, 'invalid-request', 'retry'],
    ['PATCH', '/api/policies/flags/none', {}, 404, 'unknown-flag', 'key'],
    [
      'PATCH',
      '/api/policies/flags/new-checkout',
      { percentage: 101 },
      400,
      'invalid-request',
      'percentage',
    ],
    ['PATCH', '/api/policies/mtls', { on: 'yes' }, 400, 'invalid-request', 'on'],
    ['PATCH', '/api/policies/mtls', {}, 400, 'invalid-request', 'on'],
  ])('%s %s %j names field, rule and value', async (method, path, body, status, code, field) => {
    const answer = await lab.call(method, path, body);
    expect(answer).toMatchObject({ status, body: { code } });
    const [error] = problemSchema.parse(answer.body).errors ?? [];
    expect(error?.field).toBe(field);
    expect(error?.rule).not.toBe('');
    expect(changed(await policies())).toEqual([]);
  });

  it('are put as at launch, each of them with a line of its own', async () => {
    await changeEverything();
    const { body } = await lab.call('POST', '/api/policies/reset');
    expect(policyResetSchema.parse(body).reset).toEqual([
      { kind: 'link', name: 'orders->payments' },
      { kind: 'service', name: 'payments' },
      { kind: 'flag', name: 'new-checkout' },
      { kind: 'fleet', name: 'mtls' },
    ]);
    expect(changed(await policies())).toEqual([]);
    const entries = (await audit()).filter(({ action }) => action === 'policy.reset');
    expect(entries.slice(0, 5).map(({ target }) => target)).toEqual([
      '*',
      'mtls',
      'new-checkout',
      'payments',
      'orders->payments',
    ]);
  });

  it('are put as at launch by stop all, which says so', async () => {
    await changeEverything();
    const fault = { kind: 'network.latency', link: 'orders->payments', latencyMs: 20 };
    await lab.call('POST', '/api/faults', fault);
    const { body } = await lab.call('DELETE', '/api/faults');
    await lab.call('POST', '/api/faults/release');
    const stopped = stoppedSchema.parse(body);
    expect(stopped).toMatchObject({ faults: [], latched: true });
    expect(stopped.ended).toHaveLength(1);
    expect(stopped.reset.map(({ name }) => name)).toEqual([
      'orders->payments',
      'payments',
      'new-checkout',
      'mtls',
    ]);
    expect(changed(await policies())).toEqual([]);
    expect((await audit()).find(({ action }) => action === 'fault.stop-all')).toMatchObject({
      detail: 'ended 1 fault; as at launch: orders->payments, payments, new-checkout, mtls',
    });
  });
});
