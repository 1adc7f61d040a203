export { parseExperiment, type ParseOptions } from './parse.ts';
export { experimentJsonSchema } from './json-schema.ts';
export { catalogueFleet } from './catalogue-fleet.ts';
export type {
  AbortCondition,
  Check,
  DocumentProblem,
  Experiment,
  LoadSpec,
  ParsedDocument,
  PolicyChange,
  ProbeSpec,
  Sighting,
  Step,
  Sweep,
  Tolerance,
  Variant,
} from './model.ts';
