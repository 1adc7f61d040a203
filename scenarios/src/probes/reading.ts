/** Base units of readings and tolerances. A ratio is 0 to 1; people see percent. */
export type ProbeUnit = 'ratio' | 'ms' | '1/s' | 'count' | 'bytes' | 'times' | '';

/** What a probe found. */
export interface Reading {
  /** Null: there was nothing to measure. */
  value: number | string | boolean | null;
  /** Calls, events or values behind it; null where counting makes no sense. */
  samples: number | null;
  /** For people, when there is more to say. */
  detail?: string;
}
