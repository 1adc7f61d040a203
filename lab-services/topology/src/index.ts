export { DEFAULT_LOAD, DEFAULT_POLICIES, TOPOLOGY } from './topology.ts';
export { deriveLinks, linkName, type LinkDefinition } from './links.ts';
export type {
  ResourceDefinition,
  ResourceName,
  ServiceDefinition,
  ServiceLayer,
  Topology,
} from './model.ts';
