/** Longer lines are cut, characters. */
const LINE_LENGTH = 4096;
const HEADER = 8;

/**
 * Splits the output of a container into lines, in the order in which they were written. The engine
 * sends frames:
 *
 * ```
 * stream[1] (1 output, 2 error)  0 0 0  length[4, big endian]  content[length]
 * ```
 */
export function readLogFrames(bytes: Buffer): string[] {
  const open: Record<number, string> = {};
  const lines: string[] = [];
  for (let at = 0; at + HEADER <= bytes.length;) {
    const stream = bytes.readUInt8(at);
    const end = at + HEADER + bytes.readUInt32BE(at + 4);
    const text = (open[stream] ?? '') + bytes.toString('utf8', at + HEADER, end);
    const parts = text.split('\n');
    open[stream] = parts.pop() ?? '';
    lines.push(...parts);
    at = end;
  }
  lines.push(...Object.values(open).filter((rest) => rest !== ''));
  return lines.map(cut);
}

function cut(line: string): string {
  const text = line.replace(/\r$/, '');
  return text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH)}…` : text;
}
