/**
 * An experiment as the engine takes it: what the YAML document says, with every unit converted
 * (milliseconds, ratios from 0 to 1, requests per second) and every default filled in. The schema
 * in `schema.ts` makes it; EXPERIMENT.md and `docs/reference/experiments.md` show how it is written.
 */
export interface Experiment {
  /** The claim, which is also the file name: `payments-latency-opens-breaker`. */
  name: string;
  /** The claim as a sentence. */
  title: string;
  /** Row of the pattern catalogue that it proves, for instance `R4`; null: none. */
  pattern: string | null;
  /** Why this happens, in a few sentences: shown beside the result. */
  description: string;
  /** What to look at while it runs, one sentence each. */
  lookAt: string[];
  tags: string[];
  /** Path below `scenarios/`, for instance `runbooks/payments-slow.md`; null: none. */
  runbook: string | null;
  load: LoadSpec;
  /** In force for all variants, and put back afterwards. */
  policies: PolicyChange[];
  steadyState: Check[];
  method: Step[];
  /** Longest time the steady state may take to come back after the method, milliseconds. */
  recoveryMs: number;
  abortWhen: AbortCondition[];
  /** Names of invariants that are checked at the end. */
  invariants: string[];
  sometimes: Sighting[];
  /** At least one; a document without any has `as-it-is`, which is expected to hold. */
  variants: Variant[];
  /** Values of one policy field to run with; null: none. Its runs expect nothing. */
  sweep: Sweep | null;
}

/** Load of a run. */
export interface LoadSpec {
  /** Requests per second over all journeys, 0 to 500. */
  rps: number;
  /** Relative weights of the journeys. */
  mix: { browse: number; checkout: number; history: number };
  /** Seed of journeys and of everything random in the run. */
  seed: number;
  warmupMs: number;
}

/** A probe with its fields, as its own schema has checked them (see `probes/registry.ts`). */
export interface ProbeSpec {
  /** `red.latency`, `breaker`, `saga.count`, … */
  probe: string;
  [field: string]: unknown;
}

/** What a reading is held against, in the probe's unit. */
export type Tolerance =
  | { kind: 'compare'; operator: '<' | '<=' | '>' | '>=' | '=' | '!='; value: number }
  /** Both ends included. */
  | { kind: 'range'; from: number; to: number }
  | { kind: 'is'; value: string | boolean };

/** A probe and what its reading must be. */
export interface Check {
  /** Unique in the document: as given, else the probe's name, with `#2`, … if there are several. */
  id: string;
  probe: ProbeSpec;
  tolerance: Tolerance;
  /** As written, for people: `< 400ms`. */
  expect: string;
}

/** One step of the method; `line` is where it stands in the document, from 1. */
export type Step = { line: number } & (
  | {
      kind: 'inject';
      /** Unique in the document; `clear` refers to it. As given (`as:`), else the kind of fault. */
      id: string;
      /** Body of `POST /api/faults` without the time limit. */
      fault: { kind: string; [field: string]: unknown };
      /** Time limit of the lease, milliseconds. */
      forMs: number;
    }
  /** Ends the injections with these ids, or all of the run's. */
  | { kind: 'clear'; what: 'all' | string[] }
  /** Polls until the check holds, for `forMs` without a break, within `withinMs`. */
  | { kind: 'await'; check: Check; withinMs: number; forMs: number }
  /** Watches for `forMs`; each check (by id) is measured over the whole time and must hold. */
  | { kind: 'observe'; forMs: number; checks: string[] }
  | { kind: 'scale'; service: string; replicas: number }
  | { kind: 'policy'; changes: PolicyChange[] }
  | { kind: 'load'; change: Partial<Omit<LoadSpec, 'warmupMs' | 'seed'>> }
  /** Moves the schema change of a service to a phase. */
  | { kind: 'schema'; service: string; phase: string }
  /** Sends all dead letters of a topic to it again. */
  | { kind: 'redrive'; topic: string }
  /** Builds the projection of a service anew. */
  | { kind: 'rebuild'; service: string }
  /** All branches at once; ends when the last has ended. */
  | { kind: 'parallel'; branches: Step[][] }
  | { kind: 'sequence'; steps: Step[] }
);

/** A change of what can be switched: see `PATCH /api/policies/…`. */
export type PolicyChange =
  | { target: 'link'; name: string; patch: Record<string, Record<string, unknown>> }
  | { target: 'service'; name: string; patch: Record<string, Record<string, unknown>> }
  | { target: 'flag'; name: string; patch: Record<string, unknown> }
  | { target: 'mtls'; on: boolean };

/** Ends the run when its check has been broken for `forMs` without a break. */
export interface AbortCondition {
  check: Check;
  forMs: number;
}

/** Something that must have happened at least once during a run that holds. */
export interface Sighting {
  /** Name of an event (`EVENT` of the telemetry vocabulary), or a prefix that ends in `*`. */
  event: string;
  /** Attributes that it must have: `link`, `to`, … as the telemetry vocabulary names them. */
  attributes: Record<string, string | number | boolean>;
  service: string | null;
  /** At least so often; 1 or more. */
  times: number;
}

/** One way to run the experiment, and what it must show. */
export interface Variant {
  name: string;
  changes: PolicyChange[];
  expect: 'holds' | 'fails';
  /** Ids of checks or names of invariants: one of them at least must be why it fails. */
  because: string[];
}

/** One policy field over several values. */
export interface Sweep {
  target: 'link' | 'service';
  name: string;
  /** `retry.attempts`. */
  field: string;
  values: (number | string | boolean)[];
  /** What is drawn against the values. */
  show: { id: string; probe: ProbeSpec }[];
}

/** Something wrong with a document, with the way out. */
export interface DocumentProblem {
  /** From 1. */
  line: number;
  column: number;
  /** `method[0].inject.latency`. */
  path: string;
  /** Names the field, the rule and the value received. */
  message: string;
  /** `did you mean red.latency?`; null when nothing is near. */
  suggestion: string | null;
}

/** A document that was read: the experiment, or everything that is wrong with it. */
export type ParsedDocument =
  { ok: true; experiment: Experiment; text: string } | { ok: false; problems: DocumentProblem[] };
