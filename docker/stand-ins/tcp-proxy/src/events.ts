/** Something that happened to a proxy, as `GET /events` reports it. */
export interface ProxyEvent {
  readonly type:
    | 'proxy.created'
    | 'proxy.updated'
    | 'proxy.deleted'
    | 'proxy.expired'
    | 'toxic.added'
    | 'toxic.updated'
    | 'toxic.removed'
    | 'toxic.expired'
    | 'dial.failed';
  readonly proxy: string;
  /** Name of the toxic, for `toxic.*`. */
  readonly toxic?: string;
  readonly detail?: string;
}

/** An event with the time at which it happened, ms since the Unix epoch. */
export interface TimedEvent extends ProxyEvent {
  readonly atMs: number;
}

/** Passes events on to whoever listens now; keeps none. */
export interface EventHub {
  publish(event: ProxyEvent): void;
  /** Answers a function that ends the subscription. */
  subscribe(listener: (event: TimedEvent) => void): () => void;
}

export function createEventHub(now: () => number): EventHub {
  const listeners = new Set<(event: TimedEvent) => void>();

  return {
    publish(event) {
      const timed = { ...event, atMs: now() };
      for (const listener of listeners) listener(timed);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
