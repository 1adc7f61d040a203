import type { Graph, RedSnapshot } from '../contract/index.ts';

const DATABASES = new Set(['postgres', 'postgresql', 'mysql', 'redis', 'mongodb', 'duckdb']);
const BROKERS = new Set(['kafka', 'rabbitmq', 'nats']);

/**
 * Who called whom, from a RED snapshot. A name that only ever receives calls and reports nothing
 * itself is a database or a broker when it is called like one, otherwise outside.
 *
 * @param reporting services that have sent telemetry of their own
 */
export function graphOf(
  snapshot: RedSnapshot,
  reporting: ReadonlySet<string>,
  asynchronous: ReadonlySet<string>,
): Graph {
  const names = new Set<string>();
  for (const service of snapshot.services) names.add(service.service);
  for (const link of snapshot.links) names.add(link.from).add(link.to);
  return {
    at: snapshot.at,
    windowMs: snapshot.windowMs,
    nodes: [...names].sort().map((name) => ({ name, kind: kindOf(name, reporting) })),
    edges: snapshot.links.map((link) => ({ ...link, asynchronous: asynchronous.has(link.link) })),
  };
}

function kindOf(name: string, reporting: ReadonlySet<string>): Graph['nodes'][number]['kind'] {
  if (reporting.has(name)) return 'service';
  if (DATABASES.has(name)) return 'database';
  if (BROKERS.has(name)) return 'broker';
  return 'outside';
}
