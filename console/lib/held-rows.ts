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
  const [held, setHeld] = useState<{ rows: readonly Row[]; scope: string } | null>(null);
  const stale = held !== null && (held.scope !== scope || held.rows.length === 0);
  if (hold && latest.length > 0 && (held === null || stale)) setHeld({ rows: latest, scope });
  if (!hold && held !== null) setHeld(null);
  const rows = hold && held !== null && !stale ? held.rows : latest;
  const known = new Set(rows.map(keyOf));
  const waiting = rows === latest ? 0 : latest.filter((row) => !known.has(keyOf(row))).length;
  return { rows, waiting, show: () => setHeld({ rows: latest, scope }) };
}
