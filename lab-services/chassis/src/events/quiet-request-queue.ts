// @ts-expect-error the file has no types of its own; the version of kafkajs is pinned
import UntypedRequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** What this file touches of the queue of requests of one connection. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  readonly inflight: ReadonlyMap<
    unknown,
    { sentAt: number; requestTimeout: number; timeoutRequest(): void }
  >;
  readonly enforceRequestTimeout: boolean;
  requestTimeoutIntervalId: NodeJS.Timeout;
  isConnected(): boolean;
  destroy(): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
}

/** How late a request may time out, milliseconds. */
const TIMEOUT_CHECK_MS = 500;

const { prototype } = UntypedRequestQueue as { prototype: RequestQueue };
let quiet = false;

/**
 * Makes kafkajs 2.2.4 rest when it has nothing to do. Once a connection had an answer, its queue
 * looks every millisecond whether a request waits, for ever, and ten times a second whether one
 * timed out: 1 % of a core per connection of an idle service. What waits is also looked for with
 * every answer, so the look is needed only while something waits or the broker throttles.
 */
export function quietRequestQueues(): void {
  if (quiet) return;
  quiet = true;
  const look = Reflect.get(prototype, 'scheduleCheckPendingRequests');
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    look.call(this);
  };
  prototype.scheduleRequestTimeoutCheck = function () {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(() => {
      for (const request of this.inflight.values()) {
        if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    }, TIMEOUT_CHECK_MS);
  };
}
