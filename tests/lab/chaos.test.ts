import {
  breakersSchema,
  redSnapshotSchema,
  sagaPageSchema,
  tracePageSchema,
  traceSchema,
} from '@faultline/collector/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from './lab.ts';
import { until } from './wait.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  await until('traffic in every service', async () => {
    const { services } = await lab.get('/api/red?window=10s', redSnapshotSchema);
    const busy = new Set(services.filter((row) => row.count > 0).map((row) => row.service));
    return ['gateway', 'orders', 'payments', 'inventory', 'shipping'].every((name) =>
      busy.has(name),
    );
  });
}, 180_000);

afterAll(() => lab?.[Symbol.asyncDispose]());

afterEach(async () => {
  for (const { id } of await lab.faults()) await lab.send('DELETE', `/api/faults/${id}`);
  await lab.send('POST', '/api/faults/release', {});
  await lab.send('PUT', '/api/load', { enabled: true });
});

async function breakerStates(link: string): Promise<string[]> {
  const { breakers } = await lab.get('/api/breakers', breakersSchema);
  return breakers.filter((breaker) => breaker.link === link).map((breaker) => breaker.state);
}

async function compensated(): Promise<number> {
  return (await lab.get('/api/sagas?limit=1', sagaPageSchema)).counts.compensated;
}

async function errorRatioOfOrders(): Promise<number> {
  const { services } = await lab.get('/api/red?window=5s', redSnapshotSchema);
  return services.find((row) => row.service === 'orders' && !row.operation)?.errorRatio ?? 0;
}

/** Whether one of the newest failed traces holds a call over `link` that took its whole second. */
async function slowCallIn(link: string): Promise<boolean> {
  const query = `/api/traces?link=${encodeURIComponent(link)}&minMs=900&status=error&limit=20`;
  const { traces } = await lab.get(query, tracePageSchema);
  for (const { traceId } of traces) {
    const { spans } = await lab.get(`/api/traces/${traceId}`, traceSchema);
    if (spans.some((span) => span.link === link && span.durationMs > 900)) return true;
  }
  return false;
}

async function mendAndSettle(link: string): Promise<void> {
  await until(
    `a closed breaker on ${link}`,
    async () => (await breakerStates(link)).every((state) => state === 'closed'),
    { timeoutMs: 60_000 },
  );
  await lab.settle();
  expect(await lab.invariants()).toMatchObject({ holds: true });
  await lab.send('PUT', '/api/load', { enabled: true });
  await until('orders without errors', async () => (await errorRatioOfOrders()) === 0);
}

describe('a latency of 2 s on orders->payments', () => {
  it('opens the breaker, compensates sagas, moves RED, and shows in a trace; clearing heals', async () => {
    const before = await compensated();
    const fault = await lab.breakWith({
      kind: 'network.latency',
      link: 'orders->payments',
      latencyMs: 2000,
      ttlSeconds: 120,
    });

    await until('an open breaker', async () =>
      (await breakerStates('orders->payments')).includes('open'),
    );
    await until('compensated sagas', async () => (await compensated()) > before);
    await until('errors of orders', async () => (await errorRatioOfOrders()) > 0.05);

    await until('a trace that shows where the time went', () => slowCallIn('orders->payments'));

    const { status } = await lab.send('DELETE', `/api/faults/${fault.id}`);
    expect(status).toBe(204);
    await mendAndSettle('orders->payments');
  });
});

describe('a partition of orders->inventory', () => {
  it('opens the breaker and fails orders cleanly; the end of the lease heals', async () => {
    const before = await compensated();
    await lab.breakWith({ kind: 'network.partition', link: 'orders->inventory', ttlSeconds: 15 });

    await until('an open breaker', async () =>
      (await breakerStates('orders->inventory')).includes('open'),
    );
    await until('the end of the lease', async () => (await lab.faults()).length === 0);
    await mendAndSettle('orders->inventory');
    expect(await compensated()).toBeGreaterThanOrEqual(before);
  });
});

describe('a crash of both payments instances', () => {
  it('is shown, and no order is lost or charged twice', async () => {
    await Promise.all(
      ['payments-1', 'payments-2'].map((id) =>
        lab.send('POST', `/api/fleet/instances/${id}/kill`, {}),
      ),
    );
    await until('a crashed instance', async () => {
      const { services } = await lab.fleet();
      const payments = services.find((service) => service.name === 'payments');
      return (
        payments?.instances.some((one) => one.restarts > 0 || one.state === 'crashed') && Date.now()
      );
    });
    await until('payments up again', async () => (await lab.fleet()).state === 'ready');
    await mendAndSettle('orders->payments');
  });
});

describe('stop all', () => {
  it('clears every fault, refuses new ones, and is released by a person', async () => {
    await lab.breakWith({ kind: 'network.latency', link: 'gateway->catalog', latencyMs: 50 });
    await lab.breakWith({ kind: 'process.pause', instance: 'shipping-1' });
    expect(await lab.faults()).toHaveLength(2);

    await lab.send('DELETE', '/api/faults');
    expect(await lab.faults()).toEqual([]);
    const refused = await lab.send('POST', '/api/faults', {
      kind: 'network.latency',
      link: 'gateway->catalog',
      latencyMs: 50,
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'stopped' } });

    await lab.send('POST', '/api/faults/release', {});
    await until('a ready fleet', async () => (await lab.fleet()).state === 'ready');
  });
});
