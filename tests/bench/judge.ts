import type { Row } from './row.ts';
import { median, spread } from './statistics.ts';

/** `no peer`: the target is a factor of a peer that was not there. `no target`: only told. */
export type Verdict = 'met' | 'missed' | 'no peer' | 'no target';

/** What the values of a row come to. */
export interface Judgement {
  median: number;
  min: number;
  max: number;
  peerMedian: number | null;
  /** Ours over the peer's, of the medians; null without a peer, or if its median is 0. */
  ratio: number | null;
  verdict: Verdict;
}

/**
 * Holds the median of a row against its target; a value that equals the target meets it.
 *
 * @throws RangeError if the row, or its peer, has no value, or one that is no finite number
 */
export function judge(row: Row): Judgement {
  const ours = valuesOf(row, row.ours, 'ours');
  const peerMedian = row.peer ? valuesOf(row, row.peer.values, 'peer').median : null;
  return {
    ...ours,
    peerMedian,
    ratio: peerMedian === null || peerMedian === 0 ? null : ours.median / peerMedian,
    verdict: verdictOf(row, ours.median, peerMedian),
  };
}

function valuesOf(row: Row, values: readonly number[], whose: string) {
  try {
    return { median: median(values), ...spread(values) };
  } catch (error) {
    throw new RangeError(`${row.id}, ${whose}: ${(error as Error).message}`, { cause: error });
  }
}

function verdictOf({ target, better }: Row, ours: number, peerMedian: number | null): Verdict {
  if (target === null) return 'no target';
  const bound = boundOf(target, peerMedian);
  if (bound === null) return 'no peer';
  return (better === 'higher' ? ours >= bound : ours <= bound) ? 'met' : 'missed';
}

function boundOf(target: NonNullable<Row['target']>, peerMedian: number | null): number | null {
  switch (target.kind) {
    case 'absolute':
      return target.value;
    case 'of-peer':
      return peerMedian === null ? null : target.factor * peerMedian;
  }
}
