import { integer } from './attributes.ts';
import { CLOSE, defineToxic, PASS, waitUntil } from './toxic-type.ts';

/**
 * Lets exactly `bytes` bytes through, counted from when the toxic was attached to the link, then
 * closes the connection. The count survives updates.
 */
export const limitData = defineToxic({
  name: 'limit_data',
  summary: 'Lets a number of bytes through, then closes the connection.',
  attributes: { bytes: integer('B', 'Bytes let through; 0 closes at the first data.') },
  createBehaviour({ attributes }) {
    let passedBytes = 0;
    let reached = false;

    return {
      onChunk(chunk) {
        const leftBytes = attributes().bytes - passedBytes;
        if (leftBytes <= 0) return CLOSE;
        passedBytes += Math.min(leftBytes, chunk.data.length);
        reached = chunk.data.length >= leftBytes;
        return chunk.data.length <= leftBytes ? PASS : { kind: 'split', sizeBytes: leftBytes };
      },
      onIdle: () => (reached ? CLOSE : waitUntil(Infinity)),
    };
  },
});
