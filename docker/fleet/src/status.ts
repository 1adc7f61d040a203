import type { LinkDefinition, Topology } from '@faultline/topology';
import type { FleetPhase, FleetStatus, PartStatus } from './contract.ts';
import type { Instance } from './instances/instance.ts';
import type { PolicyBook } from './policies.ts';
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
  policies: PolicyBook;
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
      policy: source.policies.service(name) ?? {},
    })),
    resources: [...source.topology.resources.map(({ name }) => name), PROXY_PART].map((name) => ({
      name,
      kind: 'resource',
      layer: 'resource',
      instances: instancesOf(name),
      policy: {},
    })),
    links: source.links.map((link) => ({
      ...link,
      proxies: source.proxies(link.name).map((proxy) => ({
        proxy: proxy.name,
        instance: proxy.instance,
        listen: `${proxy.listen.host}:${proxy.listen.port}`,
      })),
      policy: source.policies.link(link.name),
    })),
    flags: source.policies.flags(),
    mtls: source.policies.mtls,
  };
}
