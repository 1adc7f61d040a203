import type { Clock } from '@faultline/chassis/core';
import { collectorStreamSchema, type CollectorStreamEvent } from '@faultline/collector/contract';
import { createParser } from 'eventsource-parser';
import type { Readable } from 'node:stream';
import type { CollectorClient } from './client.ts';

/** What the feed tells. */
export interface FeedListener {
  /** The connection to the collector was found or lost. */
  connection(connected: boolean): void;
  event(event: CollectorStreamEvent): void;
}

/** Follows the collector's live stream, and connects again whenever it breaks. */
export interface CollectorFeed extends AsyncDisposable {
  readonly connected: boolean;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** Longest event: all breakers, or a burst of sagas. */
const MAXIMUM_EVENT_BYTES = 4 * 1024 * 1024;

/** Starts to follow at once. */
export function createCollectorFeed(
  client: CollectorClient,
  clock: Clock,
  listener: FeedListener,
): CollectorFeed {
  const life = new AbortController();
  let connected = false;
  const tell = (now: boolean) => {
    if (connected === now) return;
    connected = now;
    listener.connection(now);
  };
  const follow = async () => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!life.signal.aborted) {
      try {
        const body = await client.open('/api/stream', life.signal);
        tell(true);
        pauseMs = FIRST_PAUSE_MS;
        await read(body, (event) => listener.event(event));
      } catch {
        // Refused, broken, silent or garbled: all the same, connect again.
      }
      tell(false);
      await clock.sleep(pauseMs, life.signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };
  const following = follow();
  return {
    get connected() {
      return connected;
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      await following;
    },
  };
}

async function read(body: Readable, emit: (event: CollectorStreamEvent) => void): Promise<void> {
  const parser = createParser({
    onEvent({ event, data }) {
      // An event of a newer collector, or a broken one, is no reason to lose the stream.
      const parsed = collectorStreamSchema.safeParse({ event, data: parseJson(data) });
      if (parsed.success) emit(parsed.data);
    },
    maxBufferSize: MAXIMUM_EVENT_BYTES,
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.feed(decoder.decode(chunk as Buffer, { stream: true }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
