import { closest, distance } from 'fastest-levenshtein';

/** Longest text that is compared: comparing takes time quadratic in the length. */
const LONGEST = 120;

/** The known word that `received` was probably meant to be; null when none is near. */
export function nearest(received: unknown, known: readonly string[]): string | null {
  if (typeof received !== 'string' || received.length > LONGEST || known.length === 0) return null;
  const lower = received.toLowerCase();
  const found = known.find((word) => word.toLowerCase() === lower) ?? closest(received, known);
  if (found.toLowerCase() === lower) return found === received ? null : found;
  return distance(received, found) <= farthest(found.length) ? found : null;
}

/** Typing mistakes that a word of this length may hold: two letters swapped count as two. */
function farthest(length: number): number {
  if (length <= 3) return 1;
  return Math.max(2, Math.floor(length / 3));
}

/** Names for a message, cut off when there are many. */
export function listNames(names: readonly string[], limit = 16): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown}, …` : shown || 'none';
}
