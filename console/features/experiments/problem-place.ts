import type { DocumentProblemView } from '@faultline/server/contract';

/** Where a problem stands in the text, as offsets; at least one character long where there is one. */
export function placeOf(
  text: string,
  problem: Pick<DocumentProblemView, 'line' | 'column'>,
): { from: number; to: number } {
  const lines = text.split('\n');
  const line = Math.min(Math.max(1, problem.line), lines.length);
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const content = lines[line - 1] ?? '';
  const column = Math.min(Math.max(0, problem.column - 1), content.length);
  const word = /^("[^"]*"|'[^']*'|[^\s,[\]{}]+)/.exec(content.slice(column))?.[0] ?? '';
  const bare = word.endsWith(':') ? word.slice(0, -1) : word;
  const from = start + column;
  return { from, to: Math.min(start + content.length, from + Math.max(bare.length, 1)) };
}

/** The word that a suggestion offers: `did you mean red.latency?` offers `red.latency`; else null. */
export function offeredBy(suggestion: string | null): string | null {
  const offered = /did you mean [`'"]?([^\s`'"?]+)[`'"]?\s*\?/i.exec(suggestion ?? '')?.[1];
  return offered ?? null;
}

/** The text with a problem's suggestion taken; null when it offers no word. */
export function mended(text: string, problem: DocumentProblemView): string | null {
  const word = offeredBy(problem.suggestion);
  if (word === null) return null;
  const { from, to } = placeOf(text, problem);
  return text.slice(0, from) + word + text.slice(to);
}
