import type { Fleet, PartStatus } from '@faultline/fleet';
import type { Leases } from '@faultline/scenarios';
import type { Topology } from '@faultline/topology';
import type { FleetView, Part } from '../contract/index.ts';
import type { Launcher } from './launcher.ts';
import type { UsageMeter } from './usage.ts';

/** What is put together. */
export interface FleetViewParts {
  fleet: Fleet;
  topology: Topology;
  launcher: Launcher;
  leases: Leases;
  meter: UsageMeter;
}

/** The fleet as the API shows it: status, catalogue and faults put together. */
export function viewFleet({ fleet, topology, launcher, leases, meter }: FleetViewParts): FleetView {
  const { runtime, engine, phase, services, resources, links } = fleet.status();
  const faults = leases.list();
  return {
    runtime,
    engine,
    state: phase,
    services: services.map((part) => viewPart(part, topology)),
    resources: resources.map((part) => viewPart(part, topology)),
    links: links.map(({ name, from, to, kind, protocol, proxies }) => ({
      ...{ name, from, to, kind, protocol },
      instances: proxies.map(({ instance }) => instance),
      faults: faults.filter(({ target }) => target.links.includes(name)).map(({ id }) => id),
    })),
    progress: launcher.progress,
    problem: launcher.problem,
    usage: meter.usage,
  };
}

function viewPart(part: PartStatus, topology: Topology): Part {
  const service = topology.services.find(({ name }) => name === part.name);
  const resource = topology.resources.find(({ name }) => name === part.name);
  return {
    name: part.name,
    layer: part.layer,
    purpose: service?.purpose ?? resource?.purpose ?? '',
    maxReplicas: service?.maxReplicas ?? 1,
    instances: part.instances.map(({ id, state, restarts, startedAt, port, detail }) => ({
      id,
      state,
      restarts,
      startedAt,
      port,
      detail,
    })),
  };
}
