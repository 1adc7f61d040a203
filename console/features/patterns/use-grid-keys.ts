'use client';
import { useKeys } from '@/lib/use-keys.ts';
import { moveIn } from './selection.ts';

/** `h` `j` `k` `l` and the arrows walk the cells; what is chosen opens beside the matrix. */
export function useGridKeys(
  grid: readonly (readonly (string | null)[])[],
  at: string | null,
  onChoose: (at: string) => void,
): void {
  const move = (down: number, right: number) => () => {
    const next = moveIn(grid, at, [down, right]);
    if (next !== null && next !== at) onChoose(next);
  };
  const bind = (keys: string, label: string, run: () => void) => ({
    ...{ keys, label, run },
    group: 'This page' as const,
  });
  useKeys([
    bind('j', 'Cell below', move(1, 0)),
    bind('k', 'Cell above', move(-1, 0)),
    bind('l', 'Cell to the right', move(0, 1)),
    bind('h', 'Cell to the left', move(0, -1)),
    bind('arrowdown', 'Cell below', move(1, 0)),
    bind('arrowup', 'Cell above', move(-1, 0)),
    bind('arrowright', 'Cell to the right', move(0, 1)),
    bind('arrowleft', 'Cell to the left', move(0, -1)),
  ]);
}
