import { integer } from './attributes.ts';
import { defineToxic, RESET, waitUntil, type Verdict } from './toxic-type.ts';

/**
 * Resets the connection (RST to both peers) `timeout` after the first data or the end of the
 * stream. Data waits in front of the toxic and never passes; if the toxic goes before the wait is
 * over, the data is delivered and the connection lives.
 */
export const resetPeer = defineToxic({
  name: 'reset_peer',
  summary: 'Resets the connection (RST) some time after the first data or the end of the stream.',
  attributes: { timeout: integer('ms', 'Time from the first data to the reset.') },
  swallows: true,
  createBehaviour({ attributes }) {
    let triggeredMs: number | undefined;

    function verdict(nowMs: number): Verdict {
      triggeredMs ??= nowMs;
      const dueMs = triggeredMs + attributes().timeout;
      return nowMs < dueMs ? waitUntil(dueMs) : RESET;
    }

    return {
      onChunk: (_chunk, nowMs) => verdict(nowMs),
      onEnd: verdict,
      restart: () => false,
    };
  },
});
