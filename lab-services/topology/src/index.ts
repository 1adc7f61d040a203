export {
  LINK_PATTERN_DESCRIPTIONS,
  PATTERN_FAMILIES,
  SERVICE_PATTERN_DESCRIPTIONS,
  type PatternDescription,
  type PatternFamily,
} from './patterns.ts';
export { DEFAULT_FLAGS, DEFAULT_LOAD, DEFAULT_POLICIES, TOPOLOGY } from './topology.ts';
export { deriveLinks, linkName, type LinkDefinition, type LinkProtocol } from './links.ts';
export type {
  ResourceDefinition,
  ResourceName,
  ServiceDefinition,
  ServiceLayer,
  Topology,
} from './model.ts';
