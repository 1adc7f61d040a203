import { describe, expect, it } from 'vitest';
import { beginWatch, hear, look, LOOK_MS, SILENCE_MS, type Duty, type Watch } from './watch.ts';

const GRACE_MS = 15_000;

/** Plays a control plane that says `lines` (by time, milliseconds); tells the duties and when. */
function play(untilMs: number, lines: Readonly<Record<number, string>>): [number, Duty][] {
  const duties: [number, Duty][] = [];
  let watch: Watch = beginWatch(0);
  for (let nowMs = 0; nowMs <= untilMs; nowMs += LOOK_MS) {
    const line = lines[nowMs];
    for (const step of [
      () => (line === undefined ? { watch, duty: null } : hear(watch, line, nowMs)),
      () => look(watch, nowMs, GRACE_MS),
    ]) {
      const { duty, watch: next } = step();
      watch = next;
      if (duty !== null) duties.push([nowMs, duty]);
    }
  }
  return duties;
}

const beats = (fromMs: number, toMs: number): Record<number, string> =>
  Object.fromEntries(
    Array.from({ length: (toMs - fromMs) / 1000 + 1 }, (_, index) => [
      fromMs + index * 1000,
      'beat',
    ]),
  );

describe('the watch of a janitor', () => {
  it('has nothing to do while the control plane beats', () => {
    expect(play(60_000, beats(0, 60_000))).toEqual([]);
  });

  it('clears faults once per silence, and removes everything at the end of the grace', () => {
    expect(play(60_000, beats(0, 3000))).toEqual([
      [3000 + SILENCE_MS, 'clear-faults'],
      [3000 + GRACE_MS, 'remove-everything'],
    ]);
  });

  it('does so, too, when there never was a beat', () => {
    expect(play(60_000, {})).toEqual([
      [SILENCE_MS, 'clear-faults'],
      [GRACE_MS, 'remove-everything'],
    ]);
  });

  it('goes on when beats come back within the grace', () => {
    expect(play(30_000, { ...beats(0, 3000), ...beats(10_000, 30_000) })).toEqual([
      [5500, 'clear-faults'],
      [10_000, 'recover'],
    ]);
  });

  it('clears faults again in the next silence', () => {
    const lines = { ...beats(0, 1000), ...beats(6000, 7000), ...beats(12_000, 14_000) };
    expect(play(14_000, lines).map(([, duty]) => duty)).toEqual([
      'clear-faults',
      'recover',
      'clear-faults',
      'recover',
    ]);
  });

  it('leaves at once when told', () => {
    expect(play(60_000, { ...beats(0, 2000), 3000: 'leave' })).toEqual([[3000, 'leave']]);
  });

  it('removes everything at once when told, and cannot be talked out of it', () => {
    const lines = { ...beats(0, 2000), 3000: 'down', 4000: 'beat', 5000: 'leave' };
    expect(play(60_000, lines)).toEqual([[3000, 'remove-everything']]);
  });

  it('takes no other word for a beat', () => {
    const lines = { 0: 'beat', 1000: '', 2000: 'BEAT', 2250: 'beat beat' };
    expect(play(3000, lines)).toEqual([[2500, 'clear-faults']]);
  });

  it('does not take its own standstill for a silence', () => {
    const { watch } = look(beginWatch(0), LOOK_MS, GRACE_MS);
    const woken = look(watch, 3_600_000, GRACE_MS);
    expect(woken).toMatchObject({ duty: null, watch: { kind: 'listening' } });
    // Beats of the meantime are read after the first look.
    const heard = hear(woken.watch, 'beat', 3_600_001);
    expect(look(heard.watch, 3_600_250, GRACE_MS).duty).toBeNull();
    // Nobody beats after all.
    let silent = woken;
    for (let nowMs = 3_600_000; silent.duty === null; nowMs += LOOK_MS) {
      silent = look(silent.watch, nowMs, GRACE_MS);
    }
    expect(silent.duty).toBe('clear-faults');
  });
});
