import {
  LATEST_TIME_MS,
  type Attributes,
  type Decoded,
  type MetricPoint,
} from '../model/records.ts';
import type { Origin } from '../model/span.ts';
import { canonicalLabels } from './labels.ts';

/** A data point as the wire says it: a number, or the count and sum of a histogram. */
export interface PointDraft {
  at: number;
  labels: Attributes;
  value: number | null;
  count: number | null;
  sum: number | null;
}

/** Adds what a draft says: one point, or two (`_count`, `_sum`) for a histogram. */
export function addPoints(
  origin: Origin,
  name: string,
  draft: PointDraft,
  decoded: Decoded<MetricPoint>,
): void {
  if (name === '' || !(draft.at > 0 && draft.at < LATEST_TIME_MS)) {
    decoded.invalid += 1;
    decoded.firstProblem ??=
      name === '' ? 'name: not empty' : `timeUnixNano: after 1970, received ${draft.at} ms`;
    return;
  }
  const labels = canonicalLabels(draft.labels);
  const push = (suffix: string, value: number | null): void => {
    if (value === null || !Number.isFinite(value)) return;
    decoded.items.push({ ...origin, name: name + suffix, labels, at: draft.at, value });
  };
  push('', draft.value);
  push('_count', draft.count);
  push('_sum', draft.sum);
}
