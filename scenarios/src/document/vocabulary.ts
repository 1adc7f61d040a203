import { EVENT } from '@faultline/chassis/core';
import {
  DEFAULT_FLAGS,
  deriveLinks,
  TOPOLOGY,
  type LinkDefinition,
  type Topology,
} from '@faultline/topology';
import { createFaultRegistry, type FaultRegistry } from '../faults/registry.ts';
import { INVARIANTS } from '../invariants/rules/registry.ts';
import type { AnyProbeKind } from '../probes/registry.ts';

/** What documents may name. */
export interface Catalogue {
  topology: Topology;
  /** Keys of feature flags. */
  flags: readonly string[];
}

/** Everything that a document can refer to: from it come validation, JSON Schema and reference. */
export interface Vocabulary {
  faults: FaultRegistry;
  probes: readonly AnyProbeKind[];
  topology: Topology;
  links: readonly LinkDefinition[];
  /** Names of services, of links between services, and so on, in the order of the catalogue. */
  names: {
    services: string[];
    resources: string[];
    links: string[];
    serviceLinks: string[];
    topics: string[];
    flags: string[];
    projections: string[];
    schemaChanges: string[];
    invariants: string[];
    events: string[];
  };
}

/** The vocabulary of a catalogue; the lab's own unless told otherwise. */
export function createVocabulary(
  probes: readonly AnyProbeKind[],
  faults: FaultRegistry = createFaultRegistry(),
  { topology, flags }: Catalogue = {
    topology: TOPOLOGY,
    flags: DEFAULT_FLAGS.map(({ key }) => key),
  },
): Vocabulary {
  const links = deriveLinks(topology);
  const nameOf = ({ name }: { name: string }) => name;
  return {
    faults,
    probes,
    topology,
    links,
    names: {
      services: topology.services.map(nameOf),
      resources: topology.resources.map(nameOf),
      links: links.map(nameOf),
      serviceLinks: links.filter(({ kind }) => kind === 'service').map(nameOf),
      topics: topology.topics.map(nameOf),
      flags: [...flags],
      projections: topology.services.filter(({ projection }) => projection).map(nameOf),
      schemaChanges: topology.services.filter(({ schemaChange }) => schemaChange).map(nameOf),
      invariants: INVARIANTS.map(nameOf),
      events: Object.values(EVENT),
    },
  };
}
