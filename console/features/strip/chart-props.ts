/** How charts look that stand beside the strip; one place, so that they look alike. */

/** Height of an axis of time, pixels. */
export const AXIS_PX = 18;

const TICK = { fontSize: 10, fill: 'var(--text-faint)' } as const;

/** Lines behind the values. */
export const GRID = { vertical: false, stroke: 'var(--line)' } as const;

/** What we broke, as a band over its time. */
export const FAULT_AREA = {
  fill: 'var(--fault)',
  fillOpacity: 0.16,
  stroke: 'var(--fault-line)',
} as const;

/** An axis of time: epoch milliseconds, or milliseconds of a run. */
export const TIME_AXIS = {
  type: 'number',
  tick: TICK,
  tickLine: false,
  axisLine: { stroke: 'var(--line-strong)' },
  height: AXIS_PX,
  allowDataOverflow: true,
} as const;

/** An axis of values. */
export const VALUE_AXIS = {
  tick: TICK,
  tickLine: false,
  axisLine: false,
  interval: 0,
} as const;
