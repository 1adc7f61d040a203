import { EXIT } from '../exit.ts';

/** What matters most comes first: something left behind, a broken lab, then what the runs found. */
const BY_WEIGHT: readonly number[] = [
  EXIT.undo,
  EXIT.lab,
  EXIT.stopped,
  EXIT.refused,
  EXIT.inconclusive,
  EXIT.done,
];

/** The exit code of several runs: that of the gravest. */
export function gravest(exitCodes: readonly number[]): number {
  return BY_WEIGHT.find((code) => exitCodes.includes(code)) ?? EXIT.done;
}
