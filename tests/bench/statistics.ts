/** The middle of the values; between two, their mean. @throws RangeError if there is none */
export function median(values: readonly number[]): number {
  const sorted = sort(values);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? 0) + upper) / 2 : upper;
}

/**
 * The smallest value that at least `share` of all values do not exceed (nearest rank).
 *
 * @param share above 0, at most 1: 0.95 for p95
 * @throws RangeError if there is no value
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sort(values);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

/** The smallest and the largest value. @throws RangeError if there is none */
export function spread(values: readonly number[]): { min: number; max: number } {
  const sorted = sort(values);
  return { min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

function sort(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('values: at least 1, received 0');
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RangeError(`values: finite numbers, received ${wrong}`);
  return values.toSorted((a, b) => a - b);
}
