export { systemClock, systemIds, systemRandom } from './ambient.ts';
export {
  chassisFaultSchema,
  chassisFaultsSchema,
  type ChassisFault,
  type ChassisFaultKind,
  type ChassisFaults,
} from './chassis-fault.ts';
export { createManualClock, type Clock, type ManualClock } from './clock.ts';
export { serviceEnvironmentSchema, type ServiceEnvironment } from './environment.ts';
export { createSequentialIds, type IdSource } from './ids.ts';
export {
  featureFlagPatchSchema,
  featureFlagSchema,
  type FeatureFlag,
  type FeatureFlagPatch,
} from './flags.ts';
export {
  DEAD_LETTER_SUFFIX,
  MESSAGE_HEADER,
  eventMessageSchema,
  tryDecodeEvent,
  type EventMessage,
} from './message.ts';
export {
  LoginError,
  logIn,
  refreshTokens,
  type BrowserAnswer,
  type BrowserRequest,
  type Send,
  type Tokens,
} from './log-in.ts';
export { derivePassword } from './password.ts';
export {
  LINK_PATTERNS,
  linkPolicyPatchSchema,
  linkPolicySchema,
  patchLinkPolicy,
  type LinkPattern,
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
  SERVICE_PATTERNS,
  initialServicePolicy,
  patchServicePolicy,
  servicePatternOf,
  servicePolicyPatchSchema,
  servicePolicySchema,
  type ServicePattern,
  type ServicePatternPolicy,
  type ServicePolicy,
  type ServicePolicyPatch,
} from './service-policy.ts';
export { isTransientError } from './transient-error.ts';
export {
  ATTRIBUTE,
  BREAKER_STATES,
  CALL_OUTCOMES,
  CANCELLED,
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
export {
  jwkSchema,
  SECRET_KINDS,
  trustSchema,
  workloadClientSchema,
  workloadSchema,
  type Jwk,
  type SecretKind,
  type Trust,
  type Workload,
  type WorkloadClient,
} from './workload.ts';
