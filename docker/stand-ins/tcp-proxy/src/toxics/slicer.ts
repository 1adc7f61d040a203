import type { Random } from '@faultline/chassis/core';
import { integer } from './attributes.ts';
import { defineToxic, PASS, waitUntil } from './toxic-type.ts';

/** A timer that fired this late is made up for; more than that is not. */
const CATCH_UP_MS = 5;

/**
 * Cuts data into small pieces, optionally with a pause after each.
 *
 * ```
 *   0 ............................ 64      cut around the middle, +/- size_variation,
 *   0 ............ 30 ............ 64      until no piece is longer than
 *   0 ..... 17 ... 30 ... 46 ..... 64      average_size + size_variation
 * ```
 */
export const slicer = defineToxic({
  name: 'slicer',
  summary: 'Cuts data into small pieces, optionally with a pause after each.',
  attributes: {
    average_size: integer('B', 'Average size of a piece.', 1),
    size_variation: integer('B', 'Variation of the size; smaller than average_size.'),
    delay: integer('us', 'Pause after each piece, in microseconds.'),
  },
  rule: ({ average_size, size_variation }) =>
    size_variation < average_size
      ? undefined
      : `size_variation must be smaller than average_size (${average_size} B)`,
  createBehaviour({ attributes, random }) {
    let sizes: number[] = [];
    let readyMs = 0;

    return {
      onChunk(chunk, nowMs) {
        if (nowMs < readyMs) return waitUntil(readyMs);
        const { average_size: average, size_variation: variation, delay } = attributes();
        if (sizes.length === 0) sizes = cut(chunk.data.length, average, variation, random);
        const sizeBytes = sizes.pop() ?? chunk.data.length;
        chunk.stampMs = Math.max(chunk.stampMs, readyMs);
        if (delay > 0) {
          readyMs = (nowMs - readyMs < CATCH_UP_MS ? readyMs : nowMs) + delay / 1000;
        }
        return sizeBytes < chunk.data.length ? { kind: 'split', sizeBytes } : PASS;
      },
      onEnd: (nowMs) => (nowMs < readyMs ? waitUntil(readyMs) : PASS),
      restart() {
        sizes = [];
        readyMs = 0;
        return true;
      },
    };
  },
});

/** Sizes of the pieces of `totalBytes`, last piece first, so that `pop` takes the next one. */
function cut(totalBytes: number, average: number, variation: number, random: Random): number[] {
  const pieces: number[] = [];
  const open = [totalBytes];
  for (let size = open.pop(); size !== undefined; size = open.pop()) {
    if (size <= average + variation || size < 2) {
      pieces.push(size);
      continue;
    }
    const drift = variation > 0 ? Math.floor(random.next() * 2 * variation) - variation : 0;
    const left = Math.min(size - 1, Math.max(1, Math.floor(size / 2) + drift));
    // The right part is taken from the stack first: pieces come out last to first.
    open.push(left, size - left);
  }
  return pieces;
}
