import type { ProbeSpec } from '../document/model.ts';
import { fieldErrors } from '../faults/field-errors.ts';
import { showReceived, type FieldError } from '../faults/refusal.ts';
import { consumerLag } from './events/consumer-lag.ts';
import { deadLetters } from './events/dead-letters.ts';
import { log } from './events/log.ts';
import { outboxPending } from './events/outbox-pending.ts';
import { projectionLag } from './events/projection-lag.ts';
import { fieldsOf, type ProbeFieldView } from './fields.ts';
import { http } from './http.ts';
import { metric } from './metric.ts';
import type { ProbeKind, ProbeUnit } from './model.ts';
import { redAttempts } from './red/attempts.ts';
import { redErrorRatio } from './red/error-ratio.ts';
import { redLatency } from './red/latency.ts';
import { redRate } from './red/rate.ts';
import { redRejected } from './red/rejected.ts';
import { sagaCount } from './sagas/count.ts';
import { sagaRatio } from './sagas/ratio.ts';
import { sliAvailability } from './sli/availability.ts';
import { sliLatency } from './sli/latency.ts';
import { breaker } from './state/breaker.ts';
import { invariant } from './state/invariant.ts';
import { processState } from './state/process-state.ts';

/** Any kind of probe, as the registry holds it. */
export type AnyProbeKind = ProbeKind<ProbeSpec>;

/** Every kind of probe there is: the one list. To add a kind, write its file and name it here. */
export const PROBES: readonly AnyProbeKind[] = [
  redRate,
  redErrorRatio,
  redLatency,
  redAttempts,
  redRejected,
  sliAvailability,
  sliLatency,
  breaker,
  sagaCount,
  sagaRatio,
  consumerLag,
  deadLetters,
  outboxPending,
  projectionLag,
  log,
  metric,
  http,
  processState,
  invariant,
];

/** A probe that was checked, or every field that broke a rule. */
export type ParsedProbe =
  { ok: true; kind: AnyProbeKind; spec: ProbeSpec } | { ok: false; problems: FieldError[] };

/** The registry of kinds as documents, the engine, the editor and the reference page use it. */
export interface ProbeRegistry {
  readonly kinds: readonly AnyProbeKind[];
  kind(name: string): AnyProbeKind | undefined;
  /** The fields of a kind as they are written. */
  fields(kind: AnyProbeKind): ProbeFieldView[];
  /** Unit of the readings of a probe that was parsed; tolerances are in it. */
  unitOf(spec: ProbeSpec): ProbeUnit;
  /**
   * Checks a probe with its fields, as written in a document: `{ probe: 'red.rate', … }`. Nothing
   * but `probe` and the fields of its kind may stand there.
   */
  parse(input: unknown): ParsedProbe;
}

/** Creates the registry of `kinds`; all of them unless told otherwise. */
export function createProbeRegistry(kinds: readonly AnyProbeKind[] = PROBES): ProbeRegistry {
  const byName = new Map(kinds.map((kind) => [kind.kind, kind]));
  return {
    kinds,
    kind: (name) => byName.get(name),
    fields: (kind) => fieldsOf(kind.schema),
    unitOf(spec) {
      const kind = byName.get(spec.probe);
      if (!kind) throw new TypeError(`no probe is called ${spec.probe}`);
      return kind.unitOf?.(spec) ?? kind.unit;
    },
    parse(input) {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        return problem('probe', 'is an object with probe and its fields', input);
      }
      const asked = 'probe' in input ? input.probe : undefined;
      const kind = typeof asked === 'string' ? byName.get(asked) : undefined;
      if (!kind) return problem('probe', `is one of ${[...byName.keys()].join(', ')}`, asked);
      const parsed = kind.schema.safeParse(input);
      if (!parsed.success) return { ok: false, problems: fieldErrors(parsed.error, input) };
      return { ok: true, kind, spec: parsed.data };
    },
  };
}

function problem(field: string, rule: string, value: unknown): ParsedProbe {
  return { ok: false, problems: [{ field, rule, received: showReceived(value) }] };
}
