/** How often something may happen. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * Bounds for the number of successes in `trials` draws of probability 1/2 that are broken with a
 * probability of at most `falseAlarm` (both tails together): sums of C(n, k) / 2^n, exact.
 */
export function fairBounds(trials: number, falseAlarm = 1e-10): Bounds {
  let probability = 2 ** -trials;
  let tail = 0;
  let least = 0;
  while (tail + probability <= falseAlarm / 2) {
    tail += probability;
    least += 1;
    probability *= (trials - least + 1) / least;
  }
  return { least, most: trials - least };
}
