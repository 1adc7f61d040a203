import { integer } from './attributes.ts';
import { CLOSE, defineToxic, DROP, PASS, waitUntil } from './toxic-type.ts';

/**
 * A black hole: all data is dropped.
 *
 * ```
 *   chunk   x      x   x                     (dropped; each one restarts the clock)
 *           |------|---|------ timeout ------> close
 * ```
 *
 * Bytes are lost, so the stream cannot go on once the toxic is taken away: its connections are
 * closed then, those that the toxicity had spared included (as Toxiproxy does).
 */
export const timeout = defineToxic({
  name: 'timeout',
  summary: 'Drops all data and closes the connection after a time without any.',
  attributes: {
    timeout: integer('ms', 'Time without data after which the connection closes; 0: never.'),
  },
  swallows: true,
  closesOnRemoval: true,
  createBehaviour({ attributes, nowMs: attachedMs }) {
    let quietSinceMs = attachedMs;

    return {
      onChunk(_chunk, nowMs) {
        quietSinceMs = nowMs;
        return DROP;
      },
      onEnd: () => PASS,
      onIdle(nowMs) {
        const timeoutMs = attributes().timeout;
        if (timeoutMs === 0) return waitUntil(Infinity);
        const dueMs = quietSinceMs + timeoutMs;
        return nowMs < dueMs ? waitUntil(dueMs) : CLOSE;
      },
      restart(nowMs) {
        quietSinceMs = nowMs;
        return false;
      },
    };
  },
});
