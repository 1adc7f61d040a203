/** Longest line that is tried as JSON, characters. */
const LONGEST = 8192;

/**
 * Recognises the line by which a program says that it is up: a JSON object with `"msg":"ready"`.
 *
 * @returns that object, or null for any other line
 */
export function parseReadyLine(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{') || line.length > LONGEST || !line.includes('"ready"')) return null;
  try {
    const object = JSON.parse(line) as Record<string, unknown>;
    return object.msg === 'ready' ? object : null;
  } catch {
    return null;
  }
}
