import type { Clock, IdSource, Random } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import {
  createProbeRegistry,
  type FaultRegistry,
  type LabPorts,
  type Leases,
} from '@faultline/scenarios';
import type { Topology } from '@faultline/topology';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AuditTrail } from '../audit/trail.ts';
import type { CollectorClient } from '../collector/client.ts';
import { createOperator } from '../data/operator.ts';
import type { TopicControl } from '../events/topics.ts';
import { ROOT } from '../flags.ts';
import type { LoadControl } from '../lab/load.ts';
import type { Marks } from '../lab/marks.ts';
import type { StreamHub } from '../stream/hub.ts';
import type { RunEngine } from './engine.ts';
import { createEyes } from './eyes.ts';
import { executeRun } from './execute-run.ts';
import { createJournalTail } from './journal-tail.ts';
import { restoreLeftovers } from './leftovers.ts';
import { openLibrary, type Library } from './library.ts';
import { createRunPorts } from './ports/run-ports.ts';
import { createSchemaMoves } from './ports/schema-moves.ts';
import { createRunDesk } from './run-desk.ts';
import { openRunStore, type Orphan } from './run-store.ts';
import { createRunWatchers } from './run-watchers.ts';
import { createRuns, type Runs } from './runs.ts';
import { createScenarioEngine } from './scenario-engine.ts';
import { headEntry, summaryOf } from './summary.ts';

/** What runs need of the control plane. */
export interface OpenRunsParts {
  fleet: Fleet;
  topology: Topology;
  registry: FaultRegistry;
  leases: Leases;
  load: LoadControl;
  topics: TopicControl;
  marks: Marks;
  audit: AuditTrail;
  hub: StreamHub;
  collector: CollectorClient;
  invariants: LabPorts['invariants'];
  /** Default: the engine of the scenarios. */
  engine?: RunEngine;
  /** Folder with `experiments/` and `runbooks/`. Default: those that came with Faultline. */
  scenariosDir?: string;
  dataDir: string;
  /** Longest time without a watcher of an attached run, milliseconds. Default 10,000. */
  disconnectMs?: number;
  /** Start of this control plane. */
  startedAt: number;
  clock: Clock;
  ids: IdSource;
  random: Random;
  log: Logger;
}

/** See {@link OpenRunsParts.disconnectMs}. */
const DISCONNECT_MS = 10_000;
/** Seeds that nobody chose are below this. */
const SEEDS = 2 ** 31;
const GONE = 'the control plane ended in the middle of the run';

/**
 * Opens library, store and queue. Runs that a former control plane left open are ended here, and what
 * they changed is put back as soon as the fleet is up.
 */
export async function openRuns(parts: OpenRunsParts): Promise<Runs> {
  const { fleet, clock, hub, log, dataDir, random } = parts;
  const { disconnectMs = DISCONNECT_MS, scenariosDir = join(ROOT, 'scenarios') } = parts;
  const probes = createProbeRegistry();
  const engine = parts.engine ?? createScenarioEngine({ ...parts, probes });
  const eyes = createEyes({ ...parts, probes });
  const life = new AbortController();
  const store = await openRunStore(dataDir, (orphan) => endOrphan(orphan, clock.now()));
  const operator = createOperator(fleet);
  const schema = createSchemaMoves(operator, clock);
  const leftovers = restoreLeftovers({ ...parts, store, schema }, life.signal).catch(
    (error: unknown) => {
      if (!life.signal.aborted) log.error({ err: error }, 'what a run has left was not put back');
    },
  );
  const watchers = createRunWatchers();
  const library = openLibrary({
    ...{ scenariosDir, dataDir },
    parse: (text, fileName) => engine.parse(text, fileName),
  });
  const desk = createRunDesk({
    ...{ store, clock, disconnectMs },
    execute: (turn) =>
      executeRun(
        {
          ...{ ...parts, engine, store, leftovers },
          keep: (document, actor) => keepFound({ library, audit: parts.audit }, document, actor),
          createPorts: (of) => createRunPorts({ ...parts, operator, schema, eyes }, of),
        },
        turn,
      ),
    changed: (live) => hub.publish({ event: 'run', data: summaryOf(live.view()) }),
    unwritten: (error) => log.error({ err: error }, 'a run cannot be written; free space there'),
  });
  return createRuns({
    ...{ ...parts, engine, library, store, desk, watchers },
    randomSeed: () => Math.floor(random.next() * SEEDS),
    async close() {
      await desk[Symbol.asyncDispose]();
      watchers[Symbol.dispose]();
      life.abort(new Error('the control plane is closed'));
    },
  });
}

/** Saves a document that a soak has found; the audit trail says under which name. */
async function keepFound(
  { library, audit }: { library: Library; audit: AuditTrail },
  document: string,
  actor: string,
): Promise<void> {
  const parsed = library.parse(document);
  const name = parsed.ok ? parsed.experiment.name : 'minimal schedule';
  const saved = parsed.ok ? await library.save(name, document) : 'not a document';
  const outcome = saved === 'saved' ? 'done' : 'failed';
  audit.record({ actor, action: 'experiment.save', target: name, detail: saved, outcome });
}

/** Writes the end that nobody was there to write. */
function endOrphan({ run, entries, journal }: Orphan, at: number): void {
  const tail = createJournalTail();
  for (const entry of entries) tail.take(entry);
  const end = tail.complete({
    ...{ at, by: 'lab-fault', reason: GONE, left: [], head: headEntry(run, at) },
    faultsEnded: 'its lease ended with the control plane',
  });
  let seq = tail.nextSeq;
  for (const entry of end) journal.append({ ...entry, seq: seq++ });
}
