import type { ServerResponse } from 'node:http';
import type { EventHub } from '../events.ts';
import type { Reply } from './reply.ts';

/** A reader that has this much waiting is dropped; it may come back. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** Server-sent events: one `data:` line of JSON per event, as they happen, without history. */
export function streamEvents(events: EventHub): Reply {
  return {
    stream(response: ServerResponse) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write(': connected\n\n');
      const end = events.subscribe((event) => {
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
      });
      response.once('close', end);
    },
  };
}
