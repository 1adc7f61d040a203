import { describe, expect, it } from 'vitest';
import { evidenceParts, subjectDoor } from './evidence.ts';

const words = (evidence: string) =>
  evidenceParts(evidence).map(({ kind, text }) => [kind[0], text]);
const doors = (evidence: string) =>
  evidenceParts(evidence)
    .filter(({ kind }) => kind === 'number')
    .map(({ text, door }) => [text, door?.query.state ?? null]);

describe('the sum behind an invariant', () => {
  it('is words, numbers and signs', () => {
    expect(words('captured 1,204.00 - refunded 96.00 = confirmed 1,108.00')).toEqual([
      ['w', 'captured'],
      ['n', '1,204.00'],
      ['s', '-'],
      ['w', 'refunded'],
      ['n', '96.00'],
      ['s', '='],
      ['w', 'confirmed'],
      ['n', '1,108.00'],
    ]);
  });

  it('keeps every word of a rule that nobody knew before', () => {
    const evidence = 'sold-out 12 ≠ re-stocked 3 · the provider kept 4.50 (1 of 250 shown)';
    const text = evidenceParts(evidence)
      .map((part) => part.text)
      .join(' ');
    expect(text.replace(/\s/g, '')).toBe(evidence.replace(/\s/g, ''));
  });

  it('opens the list behind a number by what stands beside it', () => {
    expect(doors('captured 1,204.00 - refunded 96.00 = confirmed 1,108.00')).toEqual([
      ['1,204.00', 'completed'],
      ['96.00', 'compensated'],
      ['1,108.00', 'completed'],
    ]);
    expect(doors('12 orders: 3 captures · 2 orders in flight not counted')).toEqual([
      ['12', null],
      ['3', null],
      ['2', 'running'],
    ]);
  });
});

describe('what a violation is about', () => {
  it('is a service, an order with its saga, or something without a page', () => {
    const services = ['orders'];
    expect(subjectDoor('orders', services)).toEqual({ path: '/', query: { node: 'orders' } });
    expect(subjectDoor('0199f3c2-7a1b-7c3d-8e4f-5a6b7c8d9e0f', services)?.path).toBe('/sagas');
    expect(subjectDoor('P-0040', services)).toBeNull();
  });
});
