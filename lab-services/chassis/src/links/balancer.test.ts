import { expect, test } from 'vitest';
import type { Endpoint } from '../core/index.ts';
import { createBalancer } from './balancer.ts';

const endpoint = (instance: string, healthy = true): Endpoint => ({
  instance,
  host: '127.0.0.1',
  port: 1,
  healthy,
});

const policy = { enabled: true, consecutiveFailures: 5, ejectMs: 5000 };

function setUp(...endpoints: Endpoint[]) {
  let now = 0;
  const ejections: { instance: string; failures: number }[] = [];
  const balancer = createBalancer({
    policy,
    nowMs: () => now,
    ejected: (ejection) => ejections.push(ejection),
  });
  balancer.setEndpoints(endpoints);
  const name = (avoid?: string) => balancer.pick(avoid)?.endpoint.instance;
  return { balancer, name, ejections, pass: (durationMs: number) => (now += durationMs) };
}

test('instances take turns', () => {
  const { balancer } = setUp(endpoint('a-1'), endpoint('a-2'), endpoint('a-3'));
  const order = Array.from({ length: 6 }, () => {
    const target = balancer.pick();
    target?.release(true);
    return target?.endpoint.instance;
  });
  expect(order).toEqual(['a-1', 'a-2', 'a-3', 'a-1', 'a-2', 'a-3']);
});

test('the instance with fewer attempts in flight goes first', () => {
  const { balancer, name } = setUp(endpoint('a-1'), endpoint('a-2'));
  const first = balancer.pick();
  expect(name()).toBe('a-2');
  first?.release(true);
  expect(name()).toBe('a-1');
});

test('an unhealthy instance is used only when there is no other', () => {
  const { balancer, name } = setUp(endpoint('a-1', false), endpoint('a-2'));
  expect([name(), name(), name()]).toEqual(['a-2', 'a-2', 'a-2']);
  balancer.setEndpoints([endpoint('a-1', false)]);
  expect(name()).toBe('a-1');
  balancer.setEndpoints([]);
  expect(name()).toBeUndefined();
});

test('a retry goes to another instance if there is one', () => {
  expect(setUp(endpoint('a-1'), endpoint('a-2')).name('a-1')).toBe('a-2');
  expect(setUp(endpoint('a-1')).name('a-1')).toBe('a-1');
});

/** Lets `instance` of two fail so often. */
function fail(balancer: ReturnType<typeof createBalancer>, other: string, times = 5): void {
  for (let failures = 0; failures < times; failures++) balancer.pick(other)?.release(false);
}

test('an instance with five failures in a row is left alone for a while', () => {
  const { balancer, name, pass, ejections } = setUp(endpoint('a-1'), endpoint('a-2'));
  fail(balancer, 'a-2');
  expect([name(), name(), name()]).toEqual(['a-2', 'a-2', 'a-2']);
  expect(ejections).toEqual([{ instance: 'a-1', failures: 5 }]);
  expect(balancer.ejected).toBe(1);
  pass(5000);
  expect(balancer.ejected).toBe(0);
  expect(name()).toBe('a-1');
});

test('the last good instance is never ejected, and is as soon as another one is there', () => {
  const { balancer, ejections } = setUp(endpoint('a-1'), endpoint('a-2', false));
  fail(balancer, 'a-2', 20);
  expect(balancer.ejected).toBe(0);
  balancer.setEndpoints([endpoint('a-1'), endpoint('a-2')]);
  fail(balancer, 'a-2', 1);
  expect(ejections).toEqual([{ instance: 'a-1', failures: 21 }]);
  fail(balancer, 'a-1', 20);
  expect(balancer.ejected).toBe(1);
});

test('ejection that is switched off frees everybody, and ejects nobody', () => {
  const { balancer, name } = setUp(endpoint('a-1'), endpoint('a-2'));
  fail(balancer, 'a-2');
  balancer.setPolicy({ ...policy, enabled: false });
  expect(balancer.ejected).toBe(0);
  expect([name(), name()]).toContain('a-1');
  fail(balancer, 'a-2', 20);
  expect(balancer.ejected).toBe(0);
});

test('another instance is a good one, or there is none', () => {
  const { balancer } = setUp(endpoint('a-1'), endpoint('a-2', false), endpoint('a-3'));
  expect(balancer.pickOther('a-1')?.endpoint.instance).toBe('a-3');
  balancer.setEndpoints([endpoint('a-1'), endpoint('a-2', false)]);
  expect(balancer.pickOther('a-1')).toBeUndefined();
});

test('a reset takes back ejections and forgets failures', () => {
  const { balancer, ejections } = setUp(endpoint('a-1'), endpoint('a-2'));
  fail(balancer, 'a-2');
  expect(balancer.ejected).toBe(1);
  balancer.reset();
  expect(balancer.ejected).toBe(0);
  fail(balancer, 'a-2', 4);
  expect(ejections).toHaveLength(1);
});
