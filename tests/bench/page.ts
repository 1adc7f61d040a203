import { cellsOf, HEADS } from './cells.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

/** Where and how a table was measured. */
export interface Circumstances {
  /** ISO 8601, of the run's begin. */
  date: string;
  commit: string;
  command: string;
  machine: Machine;
}

/** Measured rows of one bench. */
export interface Table {
  bench: string;
  rows: readonly Row[];
}

/** What stands between the markers of one bench on the page. */
export function renderForPage({ rows }: Table, circumstances: Circumstances): string {
  const { date, commit, command, machine } = circumstances;
  const lines = [HEADS, HEADS.map(() => '---'), ...rows.map(cellsOf)].map(
    (cells) => `| ${cells.map(escape).join(' | ')} |`,
  );
  const notes = rows.flatMap(({ what, note }) => (note ? [`- ${what}: ${note}`] : []));
  return [
    `${date.slice(0, 16).replace('T', ' ')} UTC, commit \`${commit}\`, \`${command}\`, ` +
      `${machine.cores} cores (${machine.cpu}), ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ` +
      `${machine.kernel}, Node ${machine.node}.`,
    '',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

/**
 * The page with the tables of the benches that ran in place of what stood between their markers,
 * `<!-- bench NAME -->` and `<!-- /bench NAME -->`; everything else stays as it is.
 *
 * @throws Error if a bench has no place on the page
 */
export function publish(
  page: string,
  tables: readonly Table[],
  circumstances: Circumstances,
): string {
  return tables.reduce((text, table) => {
    const [open, close] = [`<!-- bench ${table.bench} -->`, `<!-- /bench ${table.bench} -->`];
    const from = text.indexOf(open);
    const to = text.indexOf(close, from);
    if (from < 0 || to < 0) {
      throw new Error(`the page has no place for ${table.bench}: add ${open} and ${close}`);
    }
    const content = renderForPage(table, circumstances);
    return `${text.slice(0, from + open.length)}\n\n${content}\n\n${text.slice(to)}`;
  }, page);
}

function escape(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
