import { choice, ratio } from './attributes.ts';
import { defineToxic, DROP, PASS, waitUntil } from './toxic-type.ts';

/** First retransmission timeout: Linux' minimum (TCP_RTO_MIN); RFC 6298 doubles it at each loss. */
const FIRST_TIMEOUT_MS = 200;

/** A chunk that is lost this often in a row is let through: the delay stays below 13 s. */
const MOST_LOSSES = 6;

/**
 * Loses chunks with probability `loss_rate`, and with `loss_rate + correlation` right after a loss.
 *
 * ```
 *   drop        c1 c2 x  c4            bytes vanish from the middle of the stream
 *   retransmit  c1 c2 |- 200 ms -|c3 c4    data intact, later data waits behind (as in TCP)
 * ```
 */
export const packetLoss = defineToxic({
  name: 'packet_loss',
  summary: 'Loses chunks: dropped for good, or late as after a TCP retransmission.',
  attributes: {
    loss_rate: ratio('Probability that a chunk is lost.'),
    correlation: ratio('Added to the probability right after a loss.'),
    mode: choice(['drop', 'retransmit'], 'What a loss means: bytes vanish, or arrive late.'),
  },
  bufferBytes: 1024 * 1024,
  createBehaviour({ attributes, random }) {
    let lostLast = false;
    let dueMs: number | undefined;

    function isLost(): boolean {
      const { loss_rate: lossRate, correlation } = attributes();
      lostLast = random.next() < Math.min(1, lostLast ? lossRate + correlation : lossRate);
      return lostLast;
    }

    function retransmissionMs(): number {
      let losses = 0;
      while (losses < MOST_LOSSES && isLost()) losses += 1;
      return FIRST_TIMEOUT_MS * (2 ** losses - 1);
    }

    return {
      onChunk(chunk, nowMs) {
        if (attributes().mode === 'drop') return isLost() ? DROP : PASS;
        dueMs ??= chunk.stampMs + retransmissionMs();
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
