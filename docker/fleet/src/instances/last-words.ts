/** Level from which pino's lines report a failure (error is 50, fatal 60). */
const ERROR_LEVEL = 50;
const LONGEST = 500;

/**
 * Finds in the newest output of a process why it ended: the last line that a logger wrote as an
 * error, or the message of an uncaught exception.
 *
 * @param lines oldest first
 * @returns null if nothing tells
 */
export function findLastWords(lines: readonly string[]): string | null {
  const logged = lines.map(readError).findLast((message) => message !== null);
  if (logged) return logged.slice(0, LONGEST);
  const thrown = lines.findLast((line) => /^(\w*Error|Error \[\w+\]):? /.test(line));
  return thrown?.slice(0, LONGEST) ?? null;
}

function readError(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return Number(level) >= ERROR_LEVEL && typeof msg === 'string' ? msg : null;
  } catch {
    return null;
  }
}
