/** Where one part of the start stands. */
export interface PartLine {
  part: string;
  state: 'waiting' | 'starting' | 'ready' | 'failed';
  detail: string;
  elapsedMs: number;
}

/** Tells the person at the terminal what happens. */
export interface Terminal {
  /** One line per part; a later call for the same part replaces it. */
  part(line: PartLine): void;
  /** A line between the others. */
  note(text: string): void;
  /** The parts are settled: what is said from now on is said once, below. */
  settle(): void;
  error(text: string): void;
}

/** Where a terminal writes: `process.stdout`, or a test's. */
export interface TerminalOutput {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const SIGNS = { waiting: '·', starting: '…', ready: '✓', failed: '✗' } as const;
const COLOURS = { waiting: 90, starting: 33, ready: 32, failed: 31 } as const;

/** On a TTY the lines of the parts are redrawn in place; elsewhere each is printed when settled. */
export function createTerminal(output: TerminalOutput): Terminal {
  return output.isTTY ? createLiveTerminal(output) : createPlainTerminal(output);
}

function format(line: PartLine): string {
  const time = line.state === 'ready' ? `${(line.elapsedMs / 1000).toFixed(1)} s` : '';
  // Image builds tell what they print: a line break would spoil the redrawing.
  const detail = line.detail.replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return `${SIGNS[line.state]} ${line.part.padEnd(16)} ${line.state.padEnd(9)} ${time.padStart(7)}  ${detail}`.trimEnd();
}

function createPlainTerminal(output: TerminalOutput): Terminal {
  const told = new Map<string, string>();
  return {
    part(line) {
      if (line.state !== 'ready' && line.state !== 'failed') return;
      const text = format(line);
      if (told.get(line.part) === text) return;
      told.set(line.part, text);
      output.write(`${text}\n`);
    },
    note: (text) => output.write(`${text}\n`),
    settle: () => undefined,
    error: (text) => output.write(`✗ ${text}\n`),
  };
}

function createLiveTerminal(output: TerminalOutput): Terminal {
  let lines = new Map<string, PartLine>();
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    const width = (output.columns ?? 80) - 1;
    for (const line of lines.values()) {
      output.write(`\u001b[${COLOURS[line.state]}m${format(line).slice(0, width)}\u001b[0m\n`);
    }
    drawn = lines.size;
  };
  const say = (text: string): void => {
    erase();
    output.write(`${text}\n`);
    draw();
  };
  return {
    part(line) {
      erase();
      lines.set(line.part, line);
      draw();
    },
    note: say,
    settle() {
      lines = new Map();
      drawn = 0;
    },
    error: (text) => say(`\u001b[31m✗ ${text}\u001b[0m`),
  };
}
