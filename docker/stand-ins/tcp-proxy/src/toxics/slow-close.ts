import { integer } from './attributes.ts';
import { defineToxic, PASS, waitUntil } from './toxic-type.ts';

/** Leaves data alone and holds the end of the stream back. An update restarts the wait. */
export const slowClose = defineToxic({
  name: 'slow_close',
  summary: 'Holds the end of the stream back; data is untouched.',
  attributes: { delay: integer('ms', 'How long the end of the stream is held.') },
  createBehaviour({ attributes }) {
    let endedMs: number | undefined;

    return {
      onChunk: () => PASS,
      onEnd(nowMs) {
        endedMs ??= nowMs;
        const dueMs = endedMs + attributes().delay;
        return nowMs < dueMs ? waitUntil(dueMs) : PASS;
      },
      restart() {
        endedMs = undefined;
        return true;
      },
    };
  },
});
