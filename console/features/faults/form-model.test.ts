import type { FaultField, FaultKindView } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import {
  faultRequest,
  formatField,
  initialValues,
  fitsLine,
  lineSelector,
  positionOf,
  SLIDER_STEPS,
  valueAt,
} from './form-model.ts';

const field = (change: Partial<FaultField>): FaultField => ({
  name: 'latencyMs',
  title: 'Latency',
  unit: 'ms',
  type: 'integer',
  minimum: 0,
  maximum: 60_000,
  default: 2000,
  choices: [],
  description: '',
  ...change,
});
const KIND: FaultKindView = {
  kind: 'network.latency',
  title: 'Latency',
  summary: 'Delays',
  selects: 'link',
  needsHttp: false,
  fields: [
    field({}),
    field({ name: 'toxicity', unit: 'ratio', type: 'number', maximum: 1, default: 1 }),
    field({
      name: 'direction',
      unit: '',
      type: 'choice',
      default: null,
      choices: ['down', 'up'],
      minimum: null,
      maximum: null,
    }),
    field({ name: 'hard', unit: '', type: 'boolean', default: null, minimum: null, maximum: null }),
  ],
};

describe('the form of a fault', () => {
  it('begins with the registry’s defaults', () => {
    expect(initialValues(KIND)).toEqual({
      latencyMs: 2000,
      toxicity: 1,
      direction: 'down',
      hard: false,
    });
  });

  it('asks for a fault with its selector, fields and time limit', () => {
    expect(faultRequest(KIND, { link: 'a->b' }, { latencyMs: 5, unknown: 1 }, 60)).toEqual({
      kind: 'network.latency',
      link: 'a->b',
      latencyMs: 5,
      ttlSeconds: 60,
    });
    expect(lineSelector({ ...KIND, selects: 'links' }, 'a->b')).toEqual({ links: ['a->b'] });
  });

  it('offers what needs HTTP only on lines that speak it', () => {
    const http = { ...KIND, needsHttp: true };
    expect(fitsLine(http, { protocol: 'http' })).toBe(true);
    expect(fitsLine(http, { protocol: 'grpc' })).toBe(false);
    expect(fitsLine(KIND, { protocol: 'grpc' })).toBe(true);
    expect(fitsLine({ ...KIND, selects: 'instance' }, { protocol: 'http' })).toBe(false);
  });

  it('keeps both ends of a slider exact', () => {
    for (const each of KIND.fields.slice(0, 2)) {
      expect(valueAt(each, 0)).toBe(each.minimum);
      expect(valueAt(each, SLIDER_STEPS)).toBe(each.maximum);
    }
  });

  it('meets small and large values of a wide range, rounded as a person would', () => {
    const wide = field({});
    expect(valueAt(wide, positionOf(wide, 2000))).toBe(2000);
    expect(valueAt(wide, positionOf(wide, 100))).toBeCloseTo(100, -1);
    expect(String(valueAt(wide, 611))).toMatch(/^\d\d0*$/);
  });

  it('says values with their units', () => {
    expect(formatField(field({}), 1500)).toBe('1.5 s');
    expect(formatField(field({ unit: 's' }), 5)).toBe('5 s');
    expect(formatField(field({ unit: 'ratio' }), 0.5)).toBe('50 %');
    expect(formatField(field({ unit: 'KB/s' }), 10)).toBe('10 KB/s');
    expect(formatField(field({}), 0)).toBe('0 ms');
  });
});
