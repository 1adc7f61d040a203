import { describe, expect, it } from 'vitest';
import type { MetricSeries } from '@faultline/collector/contract';
import type { Topic, TopicGroup } from '@faultline/server/contract';
import { block, drainWords, inline, lagRows, withoutDeadLetters, worstGroup } from './lag-words.ts';

const series = (instance: string, partition: string, values: (number | null)[], group = 'a') => ({
  ...{ service: 'a', instance, values },
  labels: { topic: 't', partition, group },
});

const answer = (...all: ReturnType<typeof series>[]): MetricSeries => ({
  ...{ name: 'lag', aggregate: 'max', from: 1_000, to: 4_000, stepMs: 1_000, truncated: false },
  series: all,
});

describe('lag over time', () => {
  it('adds the partitions of a group up and leaves gaps as gaps', () => {
    const { lines, rows } = lagRows(
      answer(series('a-1', '0', [1, null, 3]), series('a-2', '1', [10, null, null])),
      'group',
    );
    expect(lines).toEqual([{ key: 'a', group: 'a', partition: null }]);
    expect(rows).toEqual([
      { at: 1_000, a: 11 },
      { at: 2_000, a: null },
      { at: 3_000, a: 3 },
    ]);
  });

  it('does not count a partition twice while it changes its reader', () => {
    const moved = answer(series('a-1', '0', [5, 5, null]), series('a-2', '0', [null, 6, 7]));
    expect(lagRows(moved, 'partition').rows.map((row) => row['a 0'])).toEqual([5, 6, 7]);
  });
});

describe('words about readers', () => {
  const group = (state: TopicGroup['state'], lag: number): TopicGroup => ({
    ...{ group: state, brokerState: 'Stable', lag, outPerS: 1, state, drainMs: null },
    ...{ members: [], partitions: [] },
  });

  it('tell the worst reader of a topic', () => {
    const groups = [group('draining', 900), group('stuck', 1), group('stuck', 2)];
    expect(worstGroup({ groups })).toBe(groups[2]);
    expect(worstGroup({ groups: [] })).toBeNull();
  });

  it('say when all is read', () => {
    expect(drainWords({ state: 'draining', drainMs: 12_000 }).text).toBe('drained in 12.0 s');
    expect(drainWords({ state: 'stuck', drainMs: null })).toMatchObject({ tone: 'bad' });
  });

  it('give dead letters no line of their own, unless their topic is gone', () => {
    const topic = (name: string, letters: string | null) =>
      ({ name, deadLetters: letters && { topic: letters } }) as Topic;
    const topics = [topic('a', 'a.dlq'), topic('a.dlq', null), topic('b.dlq', null)];
    expect(withoutDeadLetters(topics).map(({ name }) => name)).toEqual(['a', 'b.dlq']);
  });
});

describe('bytes', () => {
  it('are shown with their structure, or as digits', () => {
    const bytes = { text: '{"a":1}', sizeBytes: 7, cut: false };
    expect(block({ encoding: 'json', ...bytes })).toBe('{\n  "a": 1\n}');
    expect(block({ encoding: 'hex', ...bytes, text: 'ff001b' })).toBe('ff 00 1b');
    expect(inline({ encoding: 'hex', ...bytes, text: 'ff' })).toBe('0xff');
  });
});
