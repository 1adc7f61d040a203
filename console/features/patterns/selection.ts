import type { PatternView } from '@faultline/server/contract';
import type { Target } from './pattern-model.ts';

/** What is open beside the matrix; all of it stands in the URL as `at`. */
export type Selection =
  | { kind: 'pattern'; target: Target; pattern: string }
  | { kind: 'flag'; key: string }
  | { kind: 'mtls' };

/** `link/orders->payments/breaker`, `flag/new-checkout`, `mtls`. */
export function writeSelection(selection: Selection): string {
  switch (selection.kind) {
    case 'pattern':
      return `${selection.target.kind}/${selection.target.name}/${selection.pattern}`;
    case 'flag':
      return `flag/${selection.key}`;
    case 'mtls':
      return 'mtls';
  }
}

/** Reads it back; null for anything else. */
export function readSelection(text: string | null): Selection | null {
  const [kind, name = '', pattern = ''] = (text ?? '').split('/');
  if (kind === 'mtls') return { kind };
  if (kind === 'flag' && name !== '') return { kind, key: name };
  if ((kind === 'link' || kind === 'service') && name !== '' && pattern !== '') {
    return { kind: 'pattern', target: { kind, name }, pattern };
  }
  return null;
}

/** The chosen pattern as the matrix knows it. */
export function selectionOf(target: Target, pattern: PatternView): string {
  return writeSelection({ kind: 'pattern', target, pattern: pattern.name });
}

/** Where a key leads from one cell to the next; cells that are not applicable are passed over. */
export function moveIn(
  grid: readonly (readonly (string | null)[])[],
  from: string | null,
  [down, right]: readonly [number, number],
): string | null {
  const row = grid.findIndex((cells) => from !== null && cells.includes(from));
  if (row === -1) return grid.flat().find((cell) => cell !== null) ?? null;
  const column = grid[row]?.indexOf(from) ?? 0;
  let [y, x] = [row + down, column + right];
  while (grid[y] !== undefined && x >= 0 && x < (grid[y]?.length ?? 0)) {
    const cell = grid[y]?.[x];
    if (cell !== null && cell !== undefined) return cell;
    [y, x] = [y + down, x + right];
  }
  return from;
}
