import { createManualClock, createRandom, type ManualClock } from '@faultline/chassis/core';
import type { Check, Experiment } from '../document/model.ts';
import type { AbortReason } from '../engine/abort.ts';
import type { ProbeWords } from '../engine/probe-words.ts';
import { runExperiment } from '../engine/run.ts';
import type { JournalEntry } from '../journal/entries.ts';
import type { Outcome } from '../journal/view.ts';
import {
  createSimulatedLab,
  type SimulatedLab,
  type SimulatedLabOptions,
} from './simulated-lab.ts';

/** A probe that shows errors: 0 unless the simulated lab says otherwise. */
export const ERRORS: Check = {
  id: 'red.errorRatio',
  probe: { probe: 'red.errorRatio', service: 'gateway' },
  tolerance: { kind: 'compare', operator: '<', value: 0.01 },
  expect: '< 1%',
};

/** What probes are called in simulations. */
export const SIMULATED_PROBES: ProbeWords = {
  describe: ({ probe }) => probe,
  unit: () => 'ratio',
  windowMs: () => 5_000,
  minimumSamples: () => 10,
};

/** An experiment with the steady state of {@link ERRORS} and whatever else is given. */
export function simulatedExperiment(given: Partial<Experiment> = {}): Experiment {
  return {
    name: 'simulated',
    title: 'A simulation holds',
    pattern: null,
    description: '',
    lookAt: [],
    tags: [],
    runbook: null,
    load: { rps: 40, mix: { browse: 6, checkout: 3, history: 1 }, seed: 7, warmupMs: 2_000 },
    policies: [],
    steadyState: [ERRORS],
    method: [],
    recoveryMs: 5_000,
    abortWhen: [],
    invariants: [],
    sometimes: [],
    variants: [{ name: 'as-it-is', changes: [], expect: 'holds', because: [] }],
    sweep: null,
    ...given,
  };
}

/** A run against a simulated lab, and what it left behind. */
export interface SimulatedRun {
  outcome: Outcome;
  journal: JournalEntry[];
  lab: SimulatedLab;
  /** How long it took on the manual clock, milliseconds. */
  durationMs: number;
  /** Moves the clock on after the end of the run. */
  pass: (milliseconds: number) => Promise<void>;
}

/** What a test wants of a run. */
export interface SimulatedRunOptions extends Omit<SimulatedLabOptions, 'clock'> {
  experiment?: Partial<Experiment>;
  variants?: readonly string[];
  seed?: number;
  /** Ends the run when this much time has passed, milliseconds. */
  abort?: { afterMs: number } & AbortReason;
  /** Sees each entry as it is written; what it throws, the journal has thrown. */
  onEntry?(entry: JournalEntry, lab: SimulatedLab): void;
}

/** Starts in 2026, so that no time is mistaken for a duration. */
const STARTED_AT = 1_780_000_000_000;

/** Runs an experiment against a simulated lab; the clock moves as fast as the run can follow. */
export async function runSimulated(options: SimulatedRunOptions = {}): Promise<SimulatedRun> {
  const clock = createManualClock(STARTED_AT);
  const lab = createSimulatedLab({ ...options, clock });
  const journal: JournalEntry[] = [];
  const controller = new AbortController();
  const { abort } = options;
  if (abort) void clock.sleep(abort.afterMs).then(() => controller.abort(abort));
  const run = runExperiment({
    runId: 'run-1',
    experiment: simulatedExperiment(options.experiment),
    document: '',
    ...(options.variants ? { variants: options.variants } : {}),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    requestedBy: 'ann',
    runtime: 'process',
    version: '0.1.0',
    ports: lab.ports,
    probes: SIMULATED_PROBES,
    clock,
    random: createRandom(1),
    write(entry) {
      options.onEntry?.(entry, lab);
      journal.push(entry);
    },
    signal: controller.signal,
  });
  const durationMs = await passUntil(clock, run);
  const outcome = await run;
  return { outcome, journal, lab, durationMs, pass: (ms) => clock.advance(ms) };
}

/** Moves time until the run has ended; says when that was. */
async function passUntil(clock: ManualClock, run: Promise<unknown>): Promise<number> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  run.then(end, end);
  await new Promise((resolve) => setImmediate(resolve));
  while (!ended) await clock.advance(250);
  return clock.monotonicMs();
}
