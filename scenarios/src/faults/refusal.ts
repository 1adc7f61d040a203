/** Which field of a request broke which rule, with the value received. */
export interface FieldError {
  field: string;
  rule: string;
  received?: string;
}

/** Why a fault was not applied, prolonged or ended: a value, not an exception. */
export interface FaultRefusal {
  kind: 'refused';
  code: FaultRefusalCode;
  detail: string;
  errors: FieldError[];
}

/** The catalogue of refusals. */
export type FaultRefusalCode =
  /** The request breaks a rule of the kind's schema. */
  | 'invalid-fault'
  /** No such kind in the registry. */
  | 'unknown-kind'
  /** The selector names nothing that the fleet has. */
  | 'unknown-target'
  | 'unknown-fault'
  /** An active fault holds the same link or instance. */
  | 'fault-conflict'
  | 'too-many-faults'
  /** More targets or a longer time than the limits of the lab allow. */
  | 'limit-exceeded'
  /** It would hit what the limits of the lab protect. */
  | 'protected'
  /** Stop all is in force. */
  | 'stopped'
  | 'fleet-not-running'
  /** Applying failed half-way; what had been done was undone. */
  | 'fault-not-applied'
  /** The fault was told to end, but the undo could not be verified yet; it is retried. */
  | 'fault-stuck';

/** Creates a refusal that may name fields. */
export function refused(
  code: FaultRefusalCode,
  detail: string,
  errors: FieldError[] = [],
): FaultRefusal {
  return { kind: 'refused', code, detail, errors };
}

/** A value as an error message shows it: short, whatever it is. */
export function showReceived(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
