import { constants } from 'node:os';

/** An exit code from here on is 128 and the number of the signal that ended the program. */
const SIGNALLED = 128;

/** Why a container ended, in the words of the process runtime. */
export function describeExit(exitCode: number | undefined, outOfMemory = false): string {
  const signal = Object.entries(constants.signals).find(
    ([, number]) => exitCode === SIGNALLED + number,
  )?.[0];
  if (outOfMemory) return `ended by ${signal ?? 'the system'}: out of memory, see its limit`;
  return signal ? `ended by ${signal}` : `exited with code ${exitCode ?? 'unknown'}`;
}
