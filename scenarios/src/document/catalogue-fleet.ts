import { linkPolicySchema } from '@faultline/chassis/core';
import type { FleetStatus, InstanceStatus } from '@faultline/fleet';
import { deriveLinks, type Topology } from '@faultline/topology';

/**
 * The fleet as the catalogue describes it, for what has to be known of a document while no fleet
 * runs: what a selector hits.
 *
 * @param size instances of each service: as at `launch`, or the `most` one may scale to
 */
export function catalogueFleet(topology: Topology, size: 'launch' | 'most'): FleetStatus {
  const services = topology.services.map(({ name, layer, replicas, maxReplicas }) => ({
    name,
    kind: 'service' as const,
    layer,
    instances: instancesOf(name, size === 'most' ? maxReplicas : replicas),
    policy: {},
  }));
  const resources = topology.resources.map(({ name }) => ({
    name,
    kind: 'resource' as const,
    layer: 'resource',
    instances: instancesOf(name, 1),
    policy: {},
  }));
  const parts = new Map([...services, ...resources].map((part) => [part.name, part]));
  return {
    runtime: 'process',
    engine: null,
    phase: 'ready',
    services,
    resources,
    links: deriveLinks(topology).map((link) => ({
      ...link,
      proxies: (parts.get(link.to)?.instances ?? []).map(({ id }) => ({
        proxy: `${link.from}.${id}`,
        instance: id,
        listen: '',
      })),
      policy: link.kind === 'service' ? linkPolicySchema.parse({}) : null,
    })),
    flags: [],
    mtls: false,
  };
}

function instancesOf(name: string, count: number): InstanceStatus[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${name}-${index + 1}`,
    state: 'ready',
    restarts: 0,
    startedAt: null,
    pid: null,
    port: null,
    detail: null,
  }));
}
