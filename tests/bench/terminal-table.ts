import { cellsOf, HEADS } from './cells.ts';
import type { Row } from './row.ts';

/** The table for a terminal: columns padded, notes below, numbered by row. */
export function renderForTerminal(rows: readonly Row[]): string {
  const table = [[...HEADS], ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.flatMap(({ what, note }) => (note ? [`${what}: ${note}`] : []));
  return [...lines, ...(notes.length > 0 ? ['', ...notes] : []), ''].join('\n');
}
