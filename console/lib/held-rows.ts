'use client';
import { useState } from 'react';

/** Rows that wait until a person wants them, so that nothing moves under the pointer. */
export interface HeldRows<Row> {
  rows: readonly Row[];
  /** How many of the newest rows are not shown yet. */
  waiting: number;
  /** Shows the newest rows. */
  show: () => void;
}

/**
 * Holds the list as it was shown while `hold` is true; otherwise follows the newest one.
 *
 * @param scope what the list is a list of; another scope (filter, page) is shown at once
 */
export function useHeldRows<Row>(
  latest: readonly Row[],
  keyOf: (row: Row) => string,
  hold: boolean,
  scope: string,
): HeldRows<Row> {
  const [held, setHeld] = useState({ rows: latest, scope });
  const follow = !hold || held.scope !== scope || held.rows.length === 0;
  if (follow && (held.rows !== latest || held.scope !== scope)) setHeld({ rows: latest, scope });
  const rows = follow ? latest : held.rows;
  const known = new Set(rows.map(keyOf));
  const waiting = follow ? 0 : latest.filter((row) => !known.has(keyOf(row))).length;
  return { rows, waiting, show: () => setHeld({ rows: latest, scope }) };
}
