import { expect, it } from 'vitest';
import { shutdownOrder } from './shutdown-order.ts';

it('ends the load, then the services, then what they stand on', () => {
  const ids = ['postgres-1', 'toxiproxy-1', 'kafka-1', 'orders-1', 'loadgen-1', 'orders-2'];
  expect(shutdownOrder(ids)).toEqual([
    ['loadgen-1'],
    ['orders-1', 'orders-2'],
    ['kafka-1'],
    ['toxiproxy-1'],
    ['postgres-1'],
  ]);
});
