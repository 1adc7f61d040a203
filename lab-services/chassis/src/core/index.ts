export { systemClock, systemIds, systemRandom } from './ambient.ts';
export { createManualClock, type Clock, type ManualClock } from './clock.ts';
export { serviceEnvironmentSchema, type ServiceEnvironment } from './environment.ts';
export { createSequentialIds, type IdSource } from './ids.ts';
export {
  linkPolicyPatchSchema,
  linkPolicySchema,
  patchLinkPolicy,
  type LinkPolicy,
  type LinkPolicyPatch,
} from './policy.ts';
export { problemSchema, type Problem } from './problem.ts';
export { createRandom, type Random } from './random.ts';
export {
  endpointSchema,
  linkConfigurationSchema,
  registrySnapshotSchema,
  type Endpoint,
  type LinkConfiguration,
  type RegistrySnapshot,
} from './registry.ts';
export {
  ATTRIBUTE,
  BREAKER_STATES,
  CALL_OUTCOMES,
  DURATION_BUCKETS_S,
  EVENT,
  HEADER,
  METRIC,
  SAGA_STATES,
  type BreakerState,
  type CallOutcomeKind,
  type EventName,
  type SagaState,
} from './telemetry.ts';
