import { problemSchema } from '@faultline/chassis/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultKindsSchema } from '../contract/index.ts';
import { startPlane, type TestPlane } from '../testing/plane.ts';

let lab: TestPlane;
beforeAll(async () => {
  lab = await startPlane({ limits: { durationSeconds: 30, protected: ['payments'] } });
});
afterAll(() => lab[Symbol.asyncDispose]());

const latency = (ttlSeconds: number, link: string) =>
  lab.call('POST', '/api/faults', { kind: 'network.latency', latencyMs: 1, link, ttlSeconds });

test('limits of faults are told with the kinds', async () => {
  const { limits } = faultKindsSchema.parse((await lab.call('GET', '/api/faults/kinds')).body);
  expect(limits).toEqual({ targets: null, durationSeconds: 30, protected: ['payments'] });
});

test.each([
  [20, 'protected', 'payments'],
  [31, 'limit-exceeded', 'received 31'],
])('a fault beyond them is refused (%i s: %s)', async (seconds, code, words) => {
  const { status, body } = await latency(seconds, 'orders->payments');
  const problem = problemSchema.parse(body);
  expect([status, problem.code]).toEqual([409, code]);
  expect(problem.detail).toContain(words);
});

test('the plan of a document says what would be refused', async () => {
  const document = [
    'apiVersion: faultline/v1',
    'kind: Experiment',
    'metadata: { name: too-far, title: Goes too far }',
    'steadyState: [{ probe: red.rate, service: orders, expect: 1/s to 9/s }]',
    'method: [{ inject: { kind: network.latency, link: orders->payments, latency: 1ms, for: 20s } }]',
  ].join('\n');
  const { body } = await lab.call('POST', '/api/experiments/validate', { document });
  expect(JSON.stringify(body)).toContain('payments is protected from faults');
});
