/** A document within a note of a run, such as the smallest schedule a soak has found; null: none. */
export function documentIn(note: string): string | null {
  const lines = note.split('\n');
  const from = lines.findIndex((line) => /^\s*apiVersion:\s*faultline\//.test(line));
  if (from === -1) return null;
  const indent = /^\s*/.exec(lines[from] ?? '')?.[0] ?? '';
  const end = lines.findIndex((line, at) => at > from && line.trim().startsWith('```'));
  const body = lines.slice(from, end === -1 ? undefined : end);
  return `${body
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n')
    .trimEnd()}\n`;
}

/** The note without its document. */
export function wordsOf(note: string): string {
  const at = note.search(/^\s*(```\w*\s*\n\s*)?apiVersion:\s*faultline\//m);
  return (at === -1 ? note : note.slice(0, at)).trim();
}

/** The experiment that a note speaks of; null when it names none of those known. */
export function experimentIn(note: string, names: readonly string[]): string | null {
  const words = new Set(note.split(/[\s`'",;:()]+/).map((word) => word.replace(/\.+$/, '')));
  return names.find((name) => words.has(name)) ?? null;
}
