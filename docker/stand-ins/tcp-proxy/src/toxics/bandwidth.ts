import { integer } from './attributes.ts';
import { defineToxic, PASS, waitUntil } from './toxic-type.ts';

/** The most that leaves at once: what the rate allows in this time. */
const PIECE_MS = 100;

/** Shorter waits are not worth a timer: the piece leaves early and the next one pays for it. */
const SHORTEST_WAIT_MS = 1;

/**
 * Limits one direction of a connection to `rate` KB/s (KB = 1000 bytes, so bytes per millisecond).
 *
 * ```
 *   64 KB at 100 KB/s:   |-- 100 ms --[10 KB]-- 100 ms --[10 KB]-- ...
 * ```
 *
 * A piece leaves when the line has had the time to carry it. Due times continue from the last due
 * time rather than from the clock, so timer errors do not add up.
 */
export const bandwidth = defineToxic({
  name: 'bandwidth',
  summary: 'Limits a direction of each connection to a number of kilobytes per second.',
  attributes: {
    rate: integer('KB/s', 'KB = 1000 bytes. 0 holds all data until the toxic goes.'),
  },
  createBehaviour({ attributes, nowMs: attachedMs }) {
    let lineFreeMs = attachedMs;
    let dueMs: number | undefined;

    return {
      onChunk(chunk, nowMs) {
        const { rate } = attributes();
        if (rate === 0) return waitUntil(Infinity);
        const sizeBytes = Math.min(chunk.data.length, rate * PIECE_MS);
        dueMs ??= Math.max(lineFreeMs, chunk.stampMs) + sizeBytes / rate;
        if (dueMs - nowMs >= SHORTEST_WAIT_MS) return waitUntil(dueMs);
        lineFreeMs = dueMs;
        dueMs = undefined;
        chunk.stampMs = lineFreeMs;
        return sizeBytes < chunk.data.length ? { kind: 'split', sizeBytes } : PASS;
      },
      restart(nowMs) {
        lineFreeMs = nowMs;
        dueMs = undefined;
        return true;
      },
    };
  },
});
