import type { Connection } from '../proxy/connection.ts';
import type { Proxy } from '../proxy/proxy.ts';
import type { Direction, Toxic } from '../proxy/toxic.ts';

/** A proxy as the API shows it; `ttl_ms` and what is left of it only under a lease. */
export function viewProxy(proxy: Proxy): object {
  return {
    name: proxy.name,
    listen: proxy.listen,
    upstream: proxy.upstream,
    enabled: proxy.enabled,
    toxics: proxy.toxics.map(viewToxic),
    ...viewLease(proxy.lease),
  };
}

/** A toxic as the API shows it. */
export function viewToxic(toxic: Toxic): object {
  return {
    attributes: toxic.attributes,
    name: toxic.name,
    type: toxic.type.name,
    stream: toxic.streamText,
    toxicity: toxic.toxicity,
    ...viewLease(toxic.lease),
    ...(toxic.seed !== undefined && { seed: toxic.seed }),
  };
}

/** Live connections and counts of a proxy. */
export function viewTraffic(proxy: Proxy): object {
  const { connections } = proxy;
  return {
    name: proxy.name,
    opened_connections: proxy.traffic.openedConnections,
    live_connections: connections.length,
    upstream: viewTotals(proxy, 'upstream'),
    downstream: viewTotals(proxy, 'downstream'),
    connections: connections.map(viewConnection),
  };
}

function viewTotals(proxy: Proxy, direction: Direction): object {
  const { receivedBytes, sentBytes } = proxy.traffic.totals(direction);
  return { received_bytes: receivedBytes, sent_bytes: sentBytes };
}

function viewConnection(connection: Connection): object {
  return {
    id: connection.id,
    client: connection.clientAddress,
    state: connection.state,
    opened_at: new Date(connection.openedAtMs).toISOString(),
    upstream: viewLink(connection, 'upstream'),
    downstream: viewLink(connection, 'downstream'),
  };
}

function viewLink(connection: Connection, direction: Direction): object {
  const { counters, stages } = connection.link(direction);
  return {
    received_bytes: counters.receivedBytes,
    sent_bytes: counters.sentBytes,
    held_bytes: stages.reduce((total, stage) => total + stage.heldBytes, 0),
    toxics: stages.map(({ toxic, acting }) => ({ name: toxic.name, acting })),
  };
}

function viewLease({ ttlMs, leftMs }: Toxic['lease']): object {
  return ttlMs === undefined ? {} : { ttl_ms: ttlMs, left_ms: Math.ceil(leftMs ?? 0) };
}
