import type { Mark, StreamEvent } from '@faultline/server/contract';
import { describe, expect, it } from 'vitest';
import { queryKeys } from './query-keys.ts';
import { applyStreamEvent, mergeMarks, RED_HISTORY, withMark } from './stream-reducer.ts';

function cache() {
  const entries = new Map<string, unknown>();
  const invalidated: string[] = [];
  return {
    invalidated,
    at: (key: readonly unknown[]) => entries.get(JSON.stringify(key)),
    send(event: StreamEvent) {
      applyStreamEvent(
        {
          set: <T>(key: readonly unknown[], update: (current: T | undefined) => T) => {
            const name = JSON.stringify(key);
            entries.set(name, update(entries.get(name) as T | undefined));
          },
          invalidate: (key) => invalidated.push(JSON.stringify(key)),
        },
        event,
      );
    },
  };
}

const red = (at: number): StreamEvent => ({
  event: 'red',
  data: { at, windowMs: 10_000, services: [], links: [] },
});

const run = (state: 'running' | 'ended') =>
  ({ event: 'run', data: { id: 'r1', state } }) as StreamEvent;

const mark = (id: string, at: number, until?: number | null): Mark => ({
  id,
  kind: 'fault',
  side: 'ours',
  at,
  ...(until === undefined ? {} : { until }),
  title: id,
  links: [],
  services: [],
  severity: 'warn',
});

describe('the live stream in the cache', () => {
  it('keeps the newest snapshot and a bounded history', () => {
    const target = cache();
    for (let at = 1; at <= RED_HISTORY + 50; at += 1) target.send(red(at));
    expect(target.at(queryKeys.red)).toMatchObject({ at: RED_HISTORY + 50 });
    expect(target.at(queryKeys.redHistory)).toHaveLength(RED_HISTORY);
  });

  it('does not count a snapshot twice after reconnecting', () => {
    const target = cache();
    target.send(red(1));
    target.send(red(2));
    target.send(red(2));
    expect(target.at(queryKeys.redHistory)).toMatchObject([{ at: 1 }, { at: 2 }]);
  });

  it('asks for the policies again when one changed', () => {
    const target = cache();
    target.send({ event: 'policies', data: { kind: 'link', name: 'a->b' } });
    expect(target.invalidated).toEqual([JSON.stringify(queryKeys.policies)]);
  });

  it('asks for runs again when one moves on, and for the library when one ends', () => {
    const target = cache();
    target.send(run('running'));
    expect(target.invalidated).toEqual([JSON.stringify(queryKeys.runs())]);
    target.send(run('ended'));
    expect(target.invalidated).toContain(JSON.stringify(queryKeys.experiments));
  });

  it('replaces an open band by its ended one', () => {
    const open = withMark([], mark('f1', 5, null));
    expect(withMark(open, mark('f1', 5, 9))).toEqual([mark('f1', 5, 9)]);
  });

  it('merges two sources by time, the newer knowledge first', () => {
    const merged = mergeMarks([mark('b', 2, null), mark('a', 1)], [mark('b', 2, 7), mark('c', 3)]);
    expect(merged.map((each) => [each.id, each.until])).toEqual([
      ['a', undefined],
      ['b', 7],
      ['c', undefined],
    ]);
  });
});
