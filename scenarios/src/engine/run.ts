import type { Clock, Random } from '@faultline/chassis/core';
import type { Experiment } from '../document/model.ts';
import type { JournalEntry } from '../journal/entries.ts';
import type { Outcome } from '../journal/view.ts';
import { abortReason } from './abort.ts';
import type { Script } from './core/script.ts';
import { createDriver } from './driver/driver.ts';
import { chooseVariants, planExperiment } from './plan.ts';
import type { LabPorts } from './ports.ts';
import { createProbeWords, type ProbeWords } from './probe-words.ts';
import { compile } from './program.ts';

/** What a run needs. */
export interface RunOptions {
  /** Also the owner of the run's faults. */
  runId: string;
  experiment: Experiment;
  /** Its text, for the journal. */
  document: string;
  /** Names of the variants to run, in the order of the document; default: all. */
  variants?: readonly string[];
  /** Default: the seed of the document. The same for every variant. */
  seed?: number;
  requestedBy: string;
  /** `process` or `docker`. */
  runtime: string;
  version: string;
  ports: LabPorts;
  /** Default: what the registry of probes says. */
  probes?: ProbeWords;
  clock: Clock;
  /** Jitter of the undo's retries; nothing that a result depends on. */
  random: Random;
  /** The journal: the only output. Called in order. */
  write: (entry: JournalEntry) => void;
  /** Aborting ends the run early; its reason is an `AbortReason`. Everything is undone first. */
  signal: AbortSignal;
}

/**
 * Runs an experiment, variant by variant, and puts everything back in every ending.
 *
 * @throws when a variant is named that the experiment does not have; when the engine itself breaks or
 *   the journal cannot be written (everything is undone even so)
 */
export async function runExperiment(options: RunOptions): Promise<Outcome> {
  const { clock, ports, random, runId, signal, write } = options;
  const script = scriptOf(options);
  const lab = { ports, clock, random, owner: runId, injected: new Map() };
  const driver = createDriver({ script, lab, write });
  const unsubscribe = ports.faults.onEnded(runId, (faultId, why) =>
    driver.tell({ kind: 'fault-ended', faultId, why }),
  );
  const abort = () => driver.tell({ kind: 'abort', ...abortReason(signal) });
  try {
    driver.tell({ kind: 'begin' });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return await driver.ended;
  } finally {
    signal.removeEventListener('abort', abort);
    unsubscribe();
  }
}

function scriptOf(options: RunOptions): Script {
  const { document, experiment, ports, requestedBy, runId, runtime, version } = options;
  const probes = options.probes ?? createProbeWords();
  const chosen = chooseVariants(experiment, options.variants);
  if ('problem' in chosen) throw new Error(chosen.problem);
  const seed = options.seed ?? experiment.load.seed;
  const plan = planExperiment(experiment, {
    seed,
    variants: chosen.variants.map(({ name }) => name),
    resolve: (fault) => ports.faults.resolve(fault),
    describePolicy: (change) => ports.policies.describe(change),
    describeProbe: (probe) => probes.describe(probe),
    unitOf: (probe) => probes.unit(probe),
  });
  if ('problem' in plan) throw new Error(plan.problem);
  const { description, lookAt, pattern, runbook, tags } = experiment;
  const about = { description, lookAt, pattern, runbook, tags };
  const { variants } = chosen;
  const program = compile(experiment.method);
  return {
    experiment,
    variants,
    plan,
    program,
    words: probes,
    seed,
    started: {
      runId,
      runKind: 'experiment',
      document,
      ...about,
      requestedBy,
      runtime,
      version,
      plan,
    },
  };
}
