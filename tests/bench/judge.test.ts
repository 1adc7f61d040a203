import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { Row } from './row.ts';

const ROW: Row = {
  id: 'x',
  what: 'x',
  unit: 'ms',
  better: 'lower',
  ours: [10, 30, 20],
  peer: null,
  target: null,
};
const peer = (...values: number[]) => ({ name: 'peer', version: '1', values });

describe('an absolute target', () => {
  it.each([
    ['lower', 20, 'met'],
    ['lower', 19.9, 'missed'],
    ['higher', 20, 'met'],
    ['higher', 20.1, 'missed'],
  ] as const)('with %s better, a median of 20 against %d is %s', (better, value, verdict) => {
    expect(judge({ ...ROW, better, target: { kind: 'absolute', value } })).toMatchObject({
      verdict,
    });
  });

  it('does not need the peer, but tells the ratio to it', () => {
    const row: Row = { ...ROW, peer: peer(40), target: { kind: 'absolute', value: 60 } };
    expect(judge(row)).toMatchObject({ verdict: 'met', ratio: 0.5 });
  });
});

describe('a target that is a factor of the peer', () => {
  it.each([
    ['lower', 0.5, 'met'],
    ['lower', 0.4, 'missed'],
    ['higher', 0.5, 'met'],
    ['higher', 0.6, 'missed'],
  ] as const)('with %s better, 20 against %d x of 40 is %s', (better, factor, verdict) => {
    const row: Row = {
      ...ROW,
      better,
      peer: peer(10, 40, 90),
      target: { kind: 'of-peer', factor },
    };
    expect(judge(row)).toMatchObject({ verdict, peerMedian: 40, ratio: 0.5 });
  });

  it('is neither met nor missed without the peer', () => {
    expect(judge({ ...ROW, target: { kind: 'of-peer', factor: 1 } })).toMatchObject({
      verdict: 'no peer',
      ratio: null,
      peerMedian: null,
    });
  });
});

describe('a row', () => {
  it('without a target is only told', () => {
    expect(judge(ROW)).toEqual({
      median: 20,
      min: 10,
      max: 30,
      peerMedian: null,
      ratio: null,
      verdict: 'no target',
    });
  });

  it('has no ratio to a peer whose median is 0', () => {
    expect(judge({ ...ROW, peer: peer(0) }).ratio).toBeNull();
  });

  it('without a value names itself', () => {
    expect(() => judge({ ...ROW, ours: [] })).toThrow('x, ours: values: at least 1');
    expect(() => judge({ ...ROW, peer: peer() })).toThrow('x, peer: values: at least 1');
  });
});
