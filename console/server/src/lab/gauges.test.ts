import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { gaugesSchema } from '../contract/index.ts';
import { startPlane } from '../testing/plane.ts';
import { readGauges } from './gauges.ts';

const TEXT = `# HELP resilience_retry_budget retries
# TYPE resilience_retry_budget gauge
resilience_retry_budget{link="orders->payments"} 9.5
resilience_retries_total 3
process_cpu_seconds_total 12
http_client_request_duration_seconds_bucket{le="1"} 3
outbox_pending{topic="a\\"b"} 0
resilience_ejected_instances NaN
nonsense{
`;

describe('the gauges of an instance', () => {
  it('are those of its patterns, with their labels', () => {
    expect(readGauges('orders-1', TEXT)).toEqual([
      {
        instance: 'orders-1',
        name: 'resilience_retry_budget',
        labels: { link: 'orders->payments' },
        value: 9.5,
      },
      { instance: 'orders-1', name: 'resilience_retries_total', labels: {}, value: 3 },
      {
        instance: 'orders-1',
        name: 'outbox_pending',
        labels: { topic: String.raw`a\"b` },
        value: 0,
      },
    ]);
  });

  it('are bounded', () => {
    expect(readGauges('x', 'resilience_calls_total 1\n'.repeat(10_000))).toHaveLength(500);
  });

  it('are asked for when somebody looks; who does not answer is named', async () => {
    await using lab = await startPlane();
    const server = createServer((_, response) => response.end(TEXT)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    lab.fleet.setDirectUrl('orders', `http://127.0.0.1:${port}`);
    const ask = async (service: string) => lab.call('GET', `/api/services/${service}/gauges`);
    const { gauges, silent } = gaugesSchema.parse((await ask('orders')).body);
    expect(gauges).toHaveLength(3);
    expect(silent).toEqual([]);
    expect((await ask('payments')).body).toMatchObject({ gauges: [], silent: ['payments-1'] });
    expect(await ask('nobody')).toMatchObject({ status: 404, body: { code: 'unknown-service' } });
    server.close();
  });
});
