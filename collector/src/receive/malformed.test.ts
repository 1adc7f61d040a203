import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createRandom, type Random } from '@faultline/chassis/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sendEvent, sendTrace } from '../testing/senders.ts';
import { decodeRequest, type Encoding } from './decode.ts';

/** Requests as the SDK's exporters make them. */
const golden: { traces: Buffer[]; tracesJson: Buffer[]; logs: Buffer[] } = {
  traces: [],
  tracesJson: [],
  logs: [],
};

beforeAll(async () => {
  const server = createServer((request: IncomingMessage, response) => {
    void buffer(request).then((body) => {
      if (request.url === '/logs') golden.logs.push(body);
      else if (request.url === '/json') golden.tracesJson.push(body);
      else golden.traces.push(body);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await sendTrace(new OTLPTraceExporter({ url: `${url}/traces` }));
  await sendTrace(new JsonTraceExporter({ url: `${url}/json` }));
  await sendEvent(new OTLPLogExporter({ url: `${url}/logs` }));
  server.closeAllConnections();
  server.close();
});

/** Changes, cuts, doubles or inserts bytes at random places. */
function damage(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const place = (): number => Math.floor(random.next() * copy.length);
  const kind = Math.floor(random.next() * 4);
  if (kind === 0) return copy.subarray(0, place());
  // Parts of it twice, or left out.
  if (kind === 1) return Buffer.concat([copy.subarray(0, place()), copy.subarray(place())]);
  if (kind === 2) {
    const at = place();
    const noise = Buffer.from(Array.from({ length: 8 }, () => Math.floor(random.next() * 256)));
    return Buffer.concat([copy.subarray(0, at), noise, copy.subarray(at)]);
  }
  for (let count = 1 + Math.floor(random.next() * 6); count > 0; count -= 1) {
    copy[place()] = Math.floor(random.next() * 256);
  }
  return copy;
}

describe('damaged requests', () => {
  it.each<[string, keyof typeof golden, 'spans' | 'logs' | 'metrics', Encoding, number]>([
    ['traces, protobuf', 'traces', 'spans', 'protobuf', 8000],
    ['logs, protobuf', 'logs', 'logs', 'protobuf', 6000],
    ['traces read as metrics, protobuf', 'traces', 'metrics', 'protobuf', 3000],
    ['traces, JSON', 'tracesJson', 'spans', 'json', 3000],
  ])('are read or refused with a reason, never more: %s', (_, from, signal, encoding, count) => {
    const random = createRandom(20_260_101);
    const samples = golden[from];
    expect(samples.length).toBeGreaterThan(0);
    let refused = 0;
    for (let index = 0; index < count; index += 1) {
      const bytes = damage(samples[index % samples.length] ?? Buffer.alloc(0), random);
      const result = decodeRequest(signal, encoding, bytes);
      if (!result.ok) {
        refused += 1;
        expect(result.problem).toMatch(/: /);
        continue;
      }
      for (const item of result.decoded.items) {
        if ('spanId' in item && 'startedAt' in item) {
          expect(item.traceId).toMatch(/^[0-9a-f]{32}$/);
          expect(item.durationMs).toBeGreaterThanOrEqual(0);
        }
      }
    }
    expect(refused).toBeGreaterThan(count / 20);
  });

  it('may be nothing but noise', () => {
    const random = createRandom(1);
    for (let index = 0; index < 2000; index += 1) {
      const length = Math.floor(random.next() * 60);
      const noise = Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)));
      for (const signal of ['spans', 'logs', 'metrics'] as const) {
        decodeRequest(signal, 'protobuf', noise);
      }
    }
  });

  it('cannot change the prototype of attributes', () => {
    const json = Buffer.from(
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: '1'.repeat(32),
                    spanId: '1'.repeat(16),
                    startTimeUnixNano: '1800000000000000001',
                    endTimeUnixNano: 1_800_000_000_001_000_000,
                    attributes: [{ key: '__proto__', value: { stringValue: 'x' } }],
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
    const result = decodeRequest('spans', 'json', json);
    expect(result.ok && Object.keys(result.decoded.items[0]?.attributes ?? {})).toEqual([
      '__proto__',
    ]);
  });
});
