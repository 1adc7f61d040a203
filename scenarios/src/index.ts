export {
  createFaultRegistry,
  FAULT_KINDS,
  TTL_SECONDS,
  type FaultRegistry,
} from './faults/registry.ts';
export { createLeases, MAXIMUM_ACTIVE, type Leases } from './faults/leases/leases.ts';
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
