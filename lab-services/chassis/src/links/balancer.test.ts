import { expect, test } from 'vitest';
import type { Endpoint } from '../core/index.ts';
import { createBalancer } from './balancer.ts';

const endpoint = (instance: string, healthy = true): Endpoint => ({
  instance,
  host: '127.0.0.1',
  port: 1,
  healthy,
});

function setUp(...endpoints: Endpoint[]) {
  let now = 0;
  const balancer = createBalancer(() => now);
  balancer.setEndpoints(endpoints);
  const name = (avoid?: string) => balancer.pick(avoid)?.endpoint.instance;
  return { balancer, name, pass: (durationMs: number) => (now += durationMs) };
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

test('an instance with five failures in a row is left alone for a while', () => {
  const { balancer, name, pass } = setUp(endpoint('a-1'), endpoint('a-2'));
  for (let failures = 0; failures < 5; failures++) balancer.pick('a-2')?.release(false);
  expect([name(), name(), name()]).toEqual(['a-2', 'a-2', 'a-2']);
  pass(5000);
  expect(name()).toBe('a-1');
});
