/** Ratio of neighbouring bucket bounds. A percentile is off by at most (G - 1) / (G + 1), 2 %. */
export const GROWTH = 1.04;
/** Lower bound of bucket 1, milliseconds. Bucket 0 holds everything below. */
const SMALLEST_MS = 0.01;
const LOG_GROWTH = Math.log(GROWTH);
/** Buckets; the last holds everything above some 8 minutes. */
export const BUCKETS = 450;

/** Bucket of a duration in milliseconds. Bounds grow geometrically (as in DDSketch, VLDB 2019). */
export function bucketOf(durationMs: number): number {
  if (!(durationMs > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(durationMs / SMALLEST_MS) / LOG_GROWTH));
}

/** The duration a bucket stands for, milliseconds: equally far, relatively, from both bounds. */
export function bucketValueMs(bucket: number): number {
  if (bucket === 0) return SMALLEST_MS / 2;
  return (SMALLEST_MS * GROWTH ** bucket * 2) / (GROWTH + 1);
}

/**
 * A histogram as pairs `bucket, count, bucket, count, …`, in no order. One second of one operation
 * touches few buckets, so this is far smaller than an array of {@link BUCKETS}.
 */
export type SparseHistogram = number[];

/** Counts one duration. */
export function observe(histogram: SparseHistogram, bucket: number): void {
  for (let index = 0; index < histogram.length; index += 2) {
    if (histogram[index] === bucket) {
      (histogram[index + 1] as number) += 1;
      return;
    }
  }
  histogram.push(bucket, 1);
}

/** Adds a sparse histogram to a dense one: histograms merge by addition. */
export function mergeInto(dense: Uint32Array, histogram: SparseHistogram): void {
  for (let index = 0; index < histogram.length; index += 2) {
    (dense[histogram[index] as number] as number) += histogram[index + 1] as number;
  }
}

/**
 * The smallest value that at least `share` of all values do not exceed (nearest rank).
 *
 * @param share in (0, 1]
 * @param count sum of `dense`
 * @returns milliseconds, or null without values
 */
export function percentile(dense: Uint32Array, count: number, share: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen += dense[bucket] as number;
    if (seen >= rank) return bucketValueMs(bucket);
  }
  return null;
}

/**
 * How many values are at most `limitMs`. The whole bucket that holds the limit counts, so the limit
 * is off by at most {@link GROWTH}.
 */
export function countAtMost(dense: Uint32Array, limitMs: number): number {
  let seen = 0;
  const last = bucketOf(limitMs);
  for (let bucket = 0; bucket <= last; bucket += 1) seen += dense[bucket] as number;
  return seen;
}
