import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { metricsText } from './metrics-text.ts';

const registry = new Registry();
const registers = [registry];
new Counter({ name: 'a_total', help: 'a', registers }).inc(3);
new Gauge({
  name: 'b',
  help: 'b',
  registers,
  collect() {
    this.set(7);
  },
});
new Histogram({ name: 'c_seconds', help: 'c', registers }).observe(1);

const valuesOf = async (asked: unknown) =>
  (await metricsText(registry, asked)).split('\n').filter((line) => /^\w/.test(line));

describe('the text of metrics', () => {
  it('has everything when nothing is asked for', async () => {
    expect(await metricsText(registry, undefined)).toBe(await registry.metrics());
    expect((await valuesOf(undefined)).length).toBeGreaterThan(10);
  });

  it.each([
    ['a_total', ['a_total 3']],
    [
      ['a_total', 'b', 'b'],
      ['a_total 3', 'b 7'],
    ],
    [['nothing', '__proto__', 'constructor', ''], []],
    [Array.from({ length: 1000 }, (_, index) => `x${index}`).concat('b'), []],
    [{ odd: 1 }, []],
  ])('has of %j what there is', async (asked, values) => {
    expect(await valuesOf(asked)).toEqual(values);
  });
});
