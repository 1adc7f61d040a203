import type { LinkPolicy } from '@faultline/chassis/core';
import type { LinkDefinition, Topology } from '@faultline/topology';
import type { FleetPhase, FleetStatus, PartStatus } from './contract.ts';
import type { Instance } from './instances/instance.ts';
import { PROXY_PART, type PlannedProxy } from './plan/model.ts';

/** What the status is put together from. */
export interface StatusSource {
  runtime: FleetStatus['runtime'];
  engine: FleetStatus['engine'];
  phase: FleetPhase;
  topology: Topology;
  links: readonly LinkDefinition[];
  instances: readonly Instance[];
  proxies: (link: string) => PlannedProxy[];
  policy: (link: string) => LinkPolicy | null;
}

/** The fleet as it stands, as plain data. */
export function describeFleet(source: StatusSource): FleetStatus {
  const instancesOf = (part: string): PartStatus['instances'] =>
    source.instances.filter((instance) => instance.part === part).map((i) => i.status());
  return {
    runtime: source.runtime,
    engine: source.engine,
    phase: source.phase,
    services: source.topology.services.map(({ name, layer }) => ({
      name,
      kind: 'service',
      layer,
      instances: instancesOf(name),
    })),
    resources: [...source.topology.resources.map(({ name }) => name), PROXY_PART].map((name) => ({
      name,
      kind: 'resource',
      layer: 'resource',
      instances: instancesOf(name),
    })),
    links: source.links.map(({ name, from, to, kind }) => ({
      name,
      from,
      to,
      kind,
      proxies: source.proxies(name).map((proxy) => ({
        proxy: proxy.name,
        instance: proxy.instance,
        listen: `${proxy.listen.host}:${proxy.listen.port}`,
      })),
      policy: source.policy(name),
    })),
  };
}
