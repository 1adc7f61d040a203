import type { Topology } from './model.ts';

/** What is spoken on a link. */
export type LinkProtocol = 'http' | 'grpc' | 'postgresql' | 'kafka';

/** One caller's way to one callee. */
export interface LinkDefinition {
  /** `from->to`. */
  name: string;
  from: string;
  to: string;
  kind: 'service' | 'database' | 'broker';
  protocol: LinkProtocol;
}

/** The name of the link between two parts: `orders->payments`. */
export function linkName(from: string, to: string): string {
  return `${from}->${to}`;
}

/** Every link of a topology, in the order of its services. */
export function deriveLinks(topology: Topology): LinkDefinition[] {
  return topology.services.flatMap((service): LinkDefinition[] => {
    const ends: Pick<LinkDefinition, 'to' | 'kind' | 'protocol'>[] = service.calls.map((to) => ({
      to,
      kind: 'service',
      protocol: service.callsByRpc?.includes(to) ? 'grpc' : 'http',
    }));
    if (service.database) ends.push({ to: 'postgres', kind: 'database', protocol: 'postgresql' });
    if (service.produces.length + service.consumes.length > 0) {
      ends.push({ to: 'kafka', kind: 'broker', protocol: 'kafka' });
    }
    return ends.map((end) => ({
      name: linkName(service.name, end.to),
      from: service.name,
      ...end,
    }));
  });
}
