/** The newest lines of one process. Memory is bounded by lines times length. */
export interface LogRing {
  push(line: string): void;
  /** At most `count` newest lines, oldest first. */
  tail(count: number): string[];
}

/** Lines kept per process. */
export const RING_LINES = 2000;
/** Longer lines are cut, characters. */
const LINE_LENGTH = 4096;

/** Creates an empty ring. */
export function createLogRing(capacity = RING_LINES): LogRing {
  const lines: string[] = [];
  let next = 0;
  return {
    push(line) {
      lines[next] = line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line;
      next = (next + 1) % capacity;
    },
    tail(count) {
      const ordered =
        lines.length < capacity ? lines : [...lines.slice(next), ...lines.slice(0, next)];
      return count <= 0 ? [] : ordered.slice(-count);
    },
  };
}
