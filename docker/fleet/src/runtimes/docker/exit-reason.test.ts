import { expect, it } from 'vitest';
import { describeExit } from './exit-reason.ts';

it.each([
  [0, false, 'exited with code 0'],
  [64, false, 'exited with code 64'],
  [137, false, 'ended by SIGKILL'],
  [143, false, 'ended by SIGTERM'],
  [137, true, 'ended by SIGKILL: out of memory, see its limit'],
  [128, false, 'exited with code 128'],
  [undefined, false, 'exited with code unknown'],
])('describes code %s (out of memory: %s)', (code, outOfMemory, expected) => {
  expect(describeExit(code, outOfMemory)).toBe(expected);
});
