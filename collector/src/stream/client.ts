import type { ServerResponse } from 'node:http';
import type { CollectorStreamEvent } from '../contract/index.ts';

/** Unsent bytes of one client beyond which its `red` messages are left out. */
const SLOW_BYTES = 256 * 1024;
/** Unsent bytes beyond which a client is cut off: it connects again and gets the state as it is. */
const STUCK_BYTES = 8 * 1024 * 1024;

/** One reader of the live stream. */
export interface StreamClient {
  /**
   * Sends a message, unless the client is slow and can do without: `red` says everything anew each
   * second, and `stats` every five; a change of state is told once.
   */
  send(event: CollectorStreamEvent): void;
  heartbeat(): void;
  close(): void;
}

/** Begins a stream of server-sent events on a response. */
export function createStreamClient(response: ServerResponse): StreamClient {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });

  function write(text: string): void {
    if (response.writableLength > STUCK_BYTES) response.destroy();
    else response.write(text);
  }

  return {
    send({ event, data }) {
      const replaceable = event === 'red' || event === 'stats';
      if (replaceable && response.writableLength > SLOW_BYTES) return;
      write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    heartbeat: () => write(': alive\n\n'),
    close: () => response.end(),
  };
}
