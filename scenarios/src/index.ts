export {
  createFaultRegistry,
  FAULT_KINDS,
  TTL_SECONDS,
  type FaultRegistry,
} from './faults/registry.ts';
export { createLeases, type Leases } from './faults/leases/leases.ts';
export { beyondDuration, beyondReach, DEFAULT_LIMITS, type FaultLimits } from './faults/limits.ts';
export type { Lease, LeaseEnd, LeaseEvent } from './faults/leases/lease.ts';
export type { Reconciliation } from './faults/leases/reconcile.ts';
export type { FaultFieldView } from './faults/fields.ts';
export type { FaultRefusal, FaultRefusalCode, FieldError } from './faults/refusal.ts';
export type {
  AnyFaultKind,
  FaultContext,
  FaultKind,
  FaultTarget,
  UndoVerdict,
} from './faults/model.ts';
export { describeErrors, fieldErrors } from './faults/field-errors.ts';
export { checkInvariants, type InvariantReport } from './invariants/check.ts';
export type { InvariantResult, Violation } from './invariants/model.ts';
export { INVARIANTS } from './invariants/rules/registry.ts';
export { describeSelector, faultTitle, flattenTarget, resolveTarget } from './faults/selector.ts';
export { catalogueFleet } from './document/catalogue-fleet.ts';
export { experimentJsonSchema } from './document/json-schema.ts';
export { parseExperiment, type ParseOptions } from './document/parse.ts';
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
} from './document/model.ts';
export type { SoakSpec } from './soak/model.ts';
export { planExperiment, type PlanOptions } from './engine/plan.ts';
export type {
  DataPort,
  Done,
  EffectPort,
  FaultPort,
  FleetPort,
  LabPorts,
  LoadPort,
  PolicyPort,
} from './engine/ports.ts';
export { abortReason, type AbortedBy, type AbortReason } from './engine/abort.ts';
export { createProbeWords, type ProbeWords } from './engine/probe-words.ts';
export { runExperiment, type RunOptions } from './engine/run.ts';
export {
  createProbeRegistry,
  PROBES,
  type AnyProbeKind,
  type ParsedProbe,
  type ProbeRegistry,
} from './probes/registry.ts';
export { createSight, type CollectorQuestions, type SightParts } from './probes/sight.ts';
export type { ProbeTls } from './probes/sight/http.ts';
export { createEffectPort, type EffectParts } from './probes/effect.ts';
export { countEvents, type EventCount, type EventFilter } from './probes/events/count-events.ts';
export type { ProbeFieldView } from './probes/fields.ts';
export type { ProbeKind, ProbeUnit, Reading, Sight, Span } from './probes/model.ts';
