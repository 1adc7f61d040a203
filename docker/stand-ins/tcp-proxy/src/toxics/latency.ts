import { integer } from './attributes.ts';
import { defineToxic, PASS, waitUntil } from './toxic-type.ts';

/**
 * Delays data by `latency` plus or minus `jitter`.
 *
 * ```
 *   arrival  a1   a2 a3
 *            |----|--|--- latency ---|    |  |
 *   leaves                           a1'  a2'a3'      waits overlap, order is kept
 * ```
 *
 * The due time is counted from the chunk's stamp, not from the moment it becomes the head, so the
 * waits of neighbours overlap and bandwidth is not cut until the buffer is full. The stamp moves
 * on by the delay, so that two latency toxics add up without adding their timer errors.
 */
export const latency = defineToxic({
  name: 'latency',
  summary: 'Delays data by latency +/- jitter; order is kept and bandwidth is not cut.',
  attributes: {
    latency: integer('ms', 'Delay of each chunk.'),
    jitter: integer('ms', 'A whole number drawn from [-jitter, +jitter) is added to each delay.'),
  },
  bufferBytes: 32 * 1024 * 1024,
  createBehaviour({ attributes, random }) {
    let dueMs: number | undefined;

    return {
      onChunk(chunk, nowMs) {
        if (dueMs === undefined) {
          const { latency: latencyMs, jitter: jitterMs } = attributes();
          const driftMs = jitterMs > 0 ? Math.floor(random.next() * 2 * jitterMs) - jitterMs : 0;
          dueMs = chunk.stampMs + Math.max(0, latencyMs + driftMs);
        }
        if (nowMs < dueMs) return waitUntil(dueMs);
        chunk.stampMs = dueMs;
        dueMs = undefined;
        return PASS;
      },
      restart() {
        dueMs = undefined;
        return true;
      },
    };
  },
});
