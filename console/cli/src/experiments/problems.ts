import type { DocumentProblemView } from '@faultline/server/contract';
import { printable, type Terminal } from '../terminal.ts';

/** Tells everything that is wrong with a document, as compilers do: `file:line:column: what`. */
export function tellProblems(
  terminal: Terminal,
  file: string,
  problems: readonly DocumentProblemView[],
): void {
  const { paint } = terminal;
  for (const { line, column, message, suggestion } of problems) {
    const where = `${file}:${line}:${column}:`;
    const hint = suggestion === null ? '' : paint.muted(` (${printable(suggestion)})`);
    terminal.line(`${paint.strong(where)} ${paint.bad(printable(message))}${hint}`);
  }
}
