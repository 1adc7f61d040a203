/** Positions that grow, by name, each looked at now and then. */
export interface Rates {
  /** Takes how far everything was at a moment. */
  add(atMs: number, positions: ReadonlyMap<string, number>): void;
  /** Per second over the window; null when the position was seen once only, or went back. */
  of(name: string): number | null;
}

/** How far back a rate looks, milliseconds. */
export const RATE_WINDOW_MS = 15_000;
/** Two looks closer than this tell nothing. */
const SHORTEST_MS = 500;

/** Creates an empty book: nothing is measured while nobody looks. */
export function createRates(): Rates {
  let looks: { atMs: number; positions: ReadonlyMap<string, number> }[] = [];
  return {
    add(atMs, positions) {
      // The last look before the window stays: it is what a rare look is compared with.
      const inside = looks.filter((look) => atMs - look.atMs <= RATE_WINDOW_MS);
      const before = looks.filter((look) => !inside.includes(look)).slice(-1);
      looks = [...(inside.length === 0 ? before : []), ...inside, { atMs, positions }];
    },
    of(name) {
      const newest = looks.at(-1);
      const to = newest?.positions.get(name);
      const first = looks.find((look) => look.positions.has(name));
      const from = first?.positions.get(name);
      if (newest === undefined || first === undefined) return null;
      if (to === undefined || from === undefined || to < from) return null;
      const tookMs = newest.atMs - first.atMs;
      return tookMs < SHORTEST_MS ? null : ((to - from) / tookMs) * 1000;
    },
  };
}
