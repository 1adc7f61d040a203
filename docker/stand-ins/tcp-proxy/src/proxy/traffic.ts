import type { Connection } from './connection.ts';
import type { Direction } from './toxic.ts';

/** Bytes of one direction: read from its source, written to its sink. */
export interface DirectionTotals {
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What a proxy has carried since it was created, live connections included. */
export interface Traffic {
  readonly openedConnections: number;
  totals(direction: Direction): DirectionTotals;
  opened(): void;
  /** Keeps the counts of a connection that is no longer live. */
  fold(closed: Connection): void;
}

export function createTraffic(live: ReadonlySet<Connection>): Traffic {
  const folded = {
    upstream: { receivedBytes: 0, sentBytes: 0 },
    downstream: { receivedBytes: 0, sentBytes: 0 },
  };
  let openedConnections = 0;

  return {
    get openedConnections() {
      return openedConnections;
    },
    totals(direction) {
      const totals = { ...folded[direction] };
      for (const connection of live) add(totals, connection.link(direction).counters);
      return totals;
    },
    opened() {
      openedConnections += 1;
    },
    fold(closed) {
      add(folded.upstream, closed.link('upstream').counters);
      add(folded.downstream, closed.link('downstream').counters);
    },
  };
}

function add(totals: { receivedBytes: number; sentBytes: number }, more: DirectionTotals): void {
  totals.receivedBytes += more.receivedBytes;
  totals.sentBytes += more.sentBytes;
}
