import { expect, test } from 'vitest';
import { steadyEnvironment } from './steady-environment.ts';

const environment = (secret: string) => ({
  PORT: '20001',
  INTERNAL_TOKEN: secret,
  DATABASE_URL: `postgresql://orders:${secret}@127.0.0.1:20002/orders`,
  POSTGRES_DATABASES: JSON.stringify([{ name: 'orders', role: 'orders', password: secret }]),
});

test('it is the same after a rotation, and knows no secret', () => {
  const steady = steadyEnvironment(environment('one-secret'));
  expect(steady).toEqual(steadyEnvironment(environment('another')));
  expect(JSON.stringify(steady)).not.toContain('one-secret');
});

test.each([
  ['PORT', '20002'],
  ['DATABASE_URL', 'postgresql://orders:one-secret@127.0.0.1:20003/orders'],
  ['POSTGRES_DATABASES', '[{"name":"payments","role":"payments","password":"one-secret"}]'],
  ['WORKLOAD_TOKEN', 'of another launch'],
])('it is another one with another %s', (name, value) => {
  const before = environment('one-secret');
  expect(steadyEnvironment({ ...before, [name]: value })).not.toEqual(steadyEnvironment(before));
});
