import { createManualClock } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { createAttendance } from './attendance.ts';

it('notices that nobody has come, or that the last one has left for too long', async () => {
  const clock = createManualClock();
  let deserted = 0;
  using attendance = createAttendance(clock, 10_000, () => (deserted += 1));
  await clock.advance(9_999);
  const [one, other] = [attendance.enter(), attendance.enter()];
  await clock.advance(60_000);
  one();
  one();
  await clock.advance(60_000);
  expect(deserted).toBe(0);
  other();
  await clock.advance(9_999);
  expect(deserted).toBe(0);
  await clock.advance(1);
  expect(deserted).toBe(1);
});
