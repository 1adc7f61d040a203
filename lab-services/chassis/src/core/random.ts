/** Chance as an input: jitter, sampling and load draw from here, so that a seed repeats a run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/**
 * A small, fast, seeded generator (mulberry32, public domain, by Tommy Ettinger). Not for secrets.
 *
 * @param seed any integer; only its low 32 bits count
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
