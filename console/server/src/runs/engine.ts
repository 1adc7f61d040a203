import type { FleetStatus } from '@faultline/fleet';
import type {
  Experiment,
  LabPorts,
  ParsedDocument,
  PlanOptions,
  SoakSpec,
} from '@faultline/scenarios';
import type { JournalEntry, Plan, QueuedRun } from '@faultline/scenarios/journal';
import type { ReportFormat } from '@faultline/scenarios/report';
import type { Unplaced } from './journal-tail.ts';

/** Why a run is ended before its time: the reason of its signal. */
export interface Stop {
  by: 'person' | 'disconnect' | 'stop-all' | 'lab-fault';
  reason: string;
}

/** What a run is made of. */
export type Work =
  | { kind: 'experiment'; experiment: Experiment; variants: readonly string[] | undefined }
  | { kind: 'soak'; spec: SoakSpec };

/** A run whose turn has come. */
export interface EngineOrder {
  run: QueuedRun;
  work: Work;
  ports: LabPorts;
  /** The fleet as the run begins. */
  status: FleetStatus;
  /** Saves a document that a soak has found as an own experiment. */
  keep: (document: string) => Promise<void>;
  /** Takes the entries of the journal, in order. */
  write: (entry: Unplaced) => void;
  /** Aborted with a {@link Stop}: the engine undoes everything and ends the journal. */
  signal: AbortSignal;
}

/** What knows documents and executes runs: the scenarios, as the control plane uses them. */
export interface RunEngine {
  /** @param fileName what the experiment must be called */
  parse(text: string, fileName?: string): ParsedDocument;
  /** JSON Schema of documents, for editors. */
  schema(): object;
  plan(
    experiment: Experiment,
    options: Omit<PlanOptions, 'describeProbe' | 'unitOf'>,
  ): Plan | { problem: string };
  /** What a soak is going to do to a fleet that looks like `status`. */
  planSoak(
    spec: SoakSpec,
    around: Pick<PlanOptions, 'resolve' | 'describePolicy'> & { status: FleetStatus },
  ): Plan | { problem: string };
  /** The settings of a soak as its document, YAML. */
  describeSoak(spec: SoakSpec): string;
  /** Resolves when the journal has its end. What throws is a bug, or a fault of the lab. */
  execute(order: EngineOrder): Promise<void>;
  render(format: ReportFormat, entries: readonly JournalEntry[]): string;
}
