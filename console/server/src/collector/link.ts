import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { StreamEvent } from '../contract/index.ts';
import type { Marks } from '../lab/marks.ts';
import type { StreamHub } from '../stream/hub.ts';
import { createCollectorClient, type CollectorClient } from './client.ts';
import { createCollectorFeed, type CollectorFeed } from './feed.ts';
import { createCollectorSnapshot } from './snapshot.ts';
import { createScrapeTargetSync } from './targets.ts';

/** Everything that goes between the control plane and the collector. */
export interface CollectorLink extends AsyncDisposable {
  client: CollectorClient;
  feed: CollectorFeed;
  /** What the collector said last, for new clients of the live stream. */
  latest(): StreamEvent[];
}

/** What the link needs. */
export interface CollectorLinkParts {
  url: string;
  fleet: Fleet;
  clock: Clock;
  log: Logger;
  marks: Marks;
  hub: StreamHub;
}

/** Follows the collector's stream, passes it on, and keeps its scrape targets in step. */
export function openCollectorLink(parts: CollectorLinkParts): CollectorLink {
  const { url, fleet, clock, log, marks, hub } = parts;
  const stack = new AsyncDisposableStack();
  const client = stack.use(createCollectorClient(url));
  const snapshot = createCollectorSnapshot();
  const targets = stack.use(createScrapeTargetSync(fleet, client, log));
  const feed = stack.use(
    createCollectorFeed(client, clock, {
      connection(connected) {
        if (connected) targets.resend();
        else snapshot.forget();
        hub.publish({ event: 'collector', data: { connected } });
      },
      event(event) {
        snapshot.remember(event);
        if (event.event === 'happened') marks.happened(event.data);
        hub.publish(event);
      },
    }),
  );
  return {
    client,
    feed,
    latest: () => snapshot.events(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
