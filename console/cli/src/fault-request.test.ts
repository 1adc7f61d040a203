import type { FaultKindView } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import { faultRequest } from './fault-request.ts';

const LATENCY: FaultKindView = {
  kind: 'network.latency',
  title: 'Latency',
  summary: 'Answers arrive late',
  selects: 'link',
  needsHttp: false,
  fields: [
    field('latencyMs', 'integer', 'ms'),
    field('toxicity', 'number', 'ratio'),
    field('stream', 'choice', ''),
    field('stayDown', 'boolean', ''),
  ],
};

function field(
  name: string,
  type: FaultKindView['fields'][number]['type'],
  unit: string,
): FaultKindView['fields'][number] {
  const rest = { minimum: null, maximum: null, default: null, choices: [], description: '' };
  return { name, title: name, unit, type, ...rest };
}

describe('a fault on the command line', () => {
  it('becomes the body of the request', () => {
    const rest = ['--latency-ms', '2s', '--toxicity=0.5', '--stay-down', '--stream', 'both'];
    expect(faultRequest([LATENCY], 'network.latency', { link: 'orders->payments' }, rest)).toEqual({
      kind: 'network.latency',
      link: 'orders->payments',
      latencyMs: 2000,
      toxicity: 0.5,
      stayDown: true,
      stream: 'both',
      ttlSeconds: 60,
    });
  });

  it.each([
    ['90', 90],
    ['90s', 90],
    ['2m', 120],
    ['1500ms', 1.5],
  ])('takes a time limit of %s as %d seconds', (ttl, ttlSeconds) => {
    expect(faultRequest([LATENCY], LATENCY.kind, { ttl }, [])).toMatchObject({ ttlSeconds });
  });

  it.each([
    ['network.lag', {}, [], /kind must be one of network\.latency; got network\.lag/],
    ['network.latency', { ttl: 'soon' }, [], /--ttl must be a duration.*got soon/],
    ['network.latency', {}, ['--delay', '2'], /takes --latency-ms, .*; got --delay/],
    ['network.latency', {}, ['--latency-ms'], /--latency-ms needs a value/],
    ['network.latency', {}, ['--latency-ms', 'long'], /must be a number of ms, got long/],
    ['network.latency', {}, ['2000'], /got 2000/],
  ])('is refused when wrong: %s %o %o', (kind, options, rest, message) => {
    expect(() => faultRequest([LATENCY], kind, options, rest)).toThrow(message);
  });
});
