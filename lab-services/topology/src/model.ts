import type { ServicePattern } from '@faultline/chassis/core';

/** Where a service stands on the map, from the outside in. */
export type ServiceLayer = 'load' | 'edge' | 'gateway' | 'domain' | 'support' | 'external';

/** A shared resource of the fleet that is not a service. */
export type ResourceName = 'postgres' | 'kafka';

/** One service of the catalogue. Pure data: nothing here knows how it is run. */
export interface ServiceDefinition {
  name: string;
  layer: ServiceLayer;
  /** One sentence for people. */
  purpose: string;
  /** Instances at launch. */
  replicas: number;
  /** Most instances a person may scale to. */
  maxReplicas: number;
  /** Entry point, relative to the repository's root. */
  entry: string;
  /** Services it calls. */
  calls: readonly string[];
  /** Those of them that it calls over gRPC; the others are called over HTTP/1.1. */
  callsByRpc?: readonly string[];
  /** Whether it owns a database: its name and its role's name are the service's. */
  database: boolean;
  /** Topics it writes and reads. */
  produces: readonly string[];
  consumes: readonly string[];
  /** Whether it serves a projection that can be built anew from its log. */
  projection?: boolean;
  /** Whether a change of its tables can be made in phases while it runs. */
  schemaChange?: boolean;
  /** Nobody waits for what it does: where processors are short, all others come first. */
  background?: boolean;
  /** Patterns of its own, beside those of its links. */
  patterns: readonly ServicePattern[];
}

/** A resource that links may end at. */
export interface ResourceDefinition {
  name: ResourceName;
  purpose: string;
}

/** The whole system under test. */
export interface Topology {
  services: readonly ServiceDefinition[];
  resources: readonly ResourceDefinition[];
  topics: readonly { name: string; partitions: number }[];
}
