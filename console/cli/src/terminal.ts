import { styleText } from 'node:util';

/** Where a command writes. */
export interface Terminal {
  /** Writes one line of the result. */
  line(text?: string): void;
  /**
   * Shows a line that the next one replaces; an empty one takes it away. Only people at a terminal
   * see it.
   *
   * @returns whether there is somebody to see it
   */
  transient(text: string): boolean;
  /** Writes a table; the first row is the head. Columns of numbers are aligned to the right. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Writes the result as JSON, for scripts. */
  json(value: unknown): void;
  paint: Paint;
}

/** Colours by meaning; without a terminal they are plain text. */
export interface Paint {
  ok: (text: string) => string;
  warn: (text: string) => string;
  bad: (text: string) => string;
  /** What we did: faults and policy changes. */
  ours: (text: string) => string;
  muted: (text: string) => string;
  strong: (text: string) => string;
}

/** What the command line needs of an output stream. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

type Style = Parameters<typeof styleText>[0];

/** Creates a terminal; colours only for a TTY that does not ask for none (NO_COLOR). */
export function createTerminal(stdout: Output, env: NodeJS.ProcessEnv): Terminal {
  const coloured = stdout.isTTY === true && (env.NO_COLOR ?? '') === '';
  const style =
    (format: Style) =>
    (text: string): string =>
      coloured ? styleText(format, text, { validateStream: false }) : text;
  let shown = false;
  const erase = (): void => {
    if (shown) stdout.write('\r\u001b[K');
    shown = false;
  };
  const write = (text: string): void => {
    erase();
    stdout.write(`${text}\n`);
  };
  return {
    line: (text = '') => write(text),
    transient(text) {
      if (stdout.isTTY !== true) return false;
      erase();
      if (text !== '') stdout.write(text.replace(/\s+/g, ' ').slice(0, (stdout.columns ?? 80) - 1));
      shown = text !== '';
      return true;
    },
    json: (value) => write(JSON.stringify(value, null, 2)),
    table(head, rows) {
      for (const line of layOut(head, rows, style('dim'))) write(line);
    },
    paint: {
      ok: style('green'),
      warn: style('yellow'),
      bad: style('red'),
      ours: style('magentaBright'),
      muted: style('dim'),
      strong: style('bold'),
    },
  };
}

// Colours are control sequences and have no width.
const COLOUR = /\u001b\[[0-9;]*m/g;
const NUMERIC = /^(-|[\d.,]+( ?(%|\/s|ms|s|µs|min|kB|MB|GB|h)( .*)?)?)$/;

function layOut(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paintHead: (text: string) => string,
): string[] {
  const width = (cell: string): number => cell.replace(COLOUR, '').length;
  const widths = head.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const right = head.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => NUMERIC.test((row[column] ?? '').replace(COLOUR, ''))),
  );
  const format = (row: readonly string[], paint = (text: string) => text): string =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
        return right[column] ? padding + paint(cell) : paint(cell) + padding;
      })
      .join('  ')
      .trimEnd();
  return [format(head, paintHead), ...rows.map((row) => format(row))];
}

/**
 * Text from the lab as it may be shown on a terminal: control characters would let a log line
 * move the cursor or change the title of somebody's window.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
