import { matchesGlob } from '../faults/glob.ts';

/** How faults of a kind are drawn. */
export interface DrawingRule {
  /** How often, against 1 for most kinds; 0: only when a soak names the kind in full. */
  weight: number;
  /** Longest time that one lasts, milliseconds. */
  longestMs: number;
  /** From and to of fields whose default says nothing about what is sensible. */
  fields: Readonly<Record<string, readonly [number, number]>>;
}

/** Shortest time of a fault, and the longest of a kind without a rule, milliseconds. */
export const SHORTEST_MS = 2_000;
const LONGEST_MS = 15_000;

const RULES: readonly (readonly [pattern: string, rule: Partial<DrawingRule>])[] = [
  ['network.latency', { fields: { latencyMs: [50, 3000], jitterMs: [0, 500] } }],
  ['network.partition', { longestMs: 10_000 }],
  ['network.timeout', { longestMs: 10_000 }],
  ['network.limit-data', { fields: { bytes: [50, 5000] }, longestMs: 10_000 }],
  ['load.spike', { weight: 0.3, fields: { factor: [1.5, 3], rps: [10, 60] } }],
  ['load.*', { weight: 0.3, longestMs: 10_000 }],
  // The one broker of the lab: everything waits for it.
  ['events.broker-restart', { weight: 0.05, longestMs: 5_000 }],
  ['events.poison-message', { weight: 0.2, longestMs: 5_000 }],
  // These falsify the business data themselves: a violation would say nothing about the patterns.
  ['*wrong*', { weight: 0 }],
  ['*corrupt*', { weight: 0 }],
  ['delivery.*', { weight: 0 }],
  ['identity.*', { weight: 0.3, longestMs: 10_000 }],
];

/** The rule of a kind; the first that matches counts. */
export function ruleOf(kind: string): DrawingRule {
  const found = RULES.find(([pattern]) => matchesGlob(pattern, kind))?.[1] ?? {};
  return { weight: 1, longestMs: LONGEST_MS, fields: {}, ...found };
}
