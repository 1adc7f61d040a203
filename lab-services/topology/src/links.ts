import type { Topology } from './model.ts';

/** One caller's way to one callee. */
export interface LinkDefinition {
  /** `from->to`. */
  name: string;
  from: string;
  to: string;
  kind: 'service' | 'database' | 'broker';
}

/** The name of the link between two parts: `orders->payments`. */
export function linkName(from: string, to: string): string {
  return `${from}->${to}`;
}

/** Every link of a topology, in the order of its services. */
export function deriveLinks(topology: Topology): LinkDefinition[] {
  return topology.services.flatMap((service): LinkDefinition[] => {
    const ends: { to: string; kind: LinkDefinition['kind'] }[] = service.calls.map((to) => ({
      to,
      kind: 'service',
    }));
    if (service.database) ends.push({ to: 'postgres', kind: 'database' });
    if (service.produces.length + service.consumes.length > 0) {
      ends.push({ to: 'kafka', kind: 'broker' });
    }
    return ends.map(({ to, kind }) => ({
      name: linkName(service.name, to),
      from: service.name,
      to,
      kind,
    }));
  });
}
