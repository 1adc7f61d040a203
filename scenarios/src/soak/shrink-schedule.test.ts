import { describe, expect, it } from 'vitest';
import type { ScheduledFault } from './model.ts';
import { shrinkSchedule } from './shrink-schedule.ts';

const faultAt = (second: number): ScheduledFault => ({
  atMs: second * 1000,
  forMs: 8000,
  fault: { kind: 'events.duplicate' },
});
const SCHEDULE = [1, 2, 3, 4, 5, 6].map(faultAt);
const has = (schedule: readonly ScheduledFault[], atMs: number) =>
  schedule.some((fault) => fault.atMs === atMs);

describe('shrinking a schedule', () => {
  it('leaves the one fault that is to blame, as short as it still fails', async () => {
    const found = await shrinkSchedule(SCHEDULE, (part) =>
      Promise.resolve(part.some(({ atMs, forMs }) => atMs === 4000 && forMs >= 3000)),
    );
    expect(found).toEqual([{ ...faultAt(4), forMs: 4000 }]);
  });

  it('looks again at parts that held by chance', async () => {
    const seen = new Map<string, number>();
    const found = await shrinkSchedule(SCHEDULE, (part) => {
      const key = part.map(({ atMs }) => atMs).join(' ');
      const times = (seen.get(key) ?? 0) + 1;
      seen.set(key, times);
      // With two of the three that can fail it fails always, with one of them not the first time.
      const blamed = [2000, 4000, 6000].filter((atMs) => has(part, atMs)).length;
      return Promise.resolve(blamed >= 2 || (blamed === 1 && times > 1));
    });
    expect(found).toHaveLength(1);
  });

  it('ends with the smallest that was seen to fail when its time is over', async () => {
    let tries = 0;
    const fails = (part: readonly ScheduledFault[]) => {
      tries += 1;
      return Promise.resolve(has(part, 4000));
    };
    const found = await shrinkSchedule(SCHEDULE, fails, { stop: () => tries >= 3 });
    expect(found.length).toBeLessThan(SCHEDULE.length);
    expect(has(found, 4000)).toBe(true);
    expect(tries).toBe(3);
  });
});
