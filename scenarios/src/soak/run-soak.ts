import type { Clock, Random } from '@faultline/chassis/core';
import type { FleetStatus } from '@faultline/fleet';
import type { LabPorts } from '../engine/ports.ts';
import type { FaultRegistry } from '../faults/registry.ts';
import { EXIT_CODES, type JournalEntry } from '../journal/entries.ts';
import type { Outcome } from '../journal/view.ts';
import { drawSchedule, QUIET_END_MS } from './draw-schedule.ts';
import { minimalDocument } from './minimal-document.ts';
import type { ScheduledFault, SoakSpec } from './model.ts';
import { readOff } from './off.ts';
import type { PlannedFault } from './play-schedule.ts';
import { endOf, withoutGaps } from './schedule-shape.ts';
import { shrinkSchedule } from './shrink-schedule.ts';
import { createSoakJournal } from './soak-journal.ts';
import { planFaults, planSoak, SOAK_VARIANT, soakDocument } from './soak-plan.ts';
import { runTry, type TryParts } from './soak-try.ts';
import type { TryOutcome } from './try-outcome.ts';

/** What a soak needs. */
export interface SoakOptions {
  /** Also the owner of the run's faults. */
  runId: string;
  spec: SoakSpec;
  requestedBy: string;
  /** `process` or `docker`. */
  runtime: string;
  version: string;
  ports: LabPorts;
  registry: FaultRegistry;
  /** What can be hit, as the soak begins. */
  status: FleetStatus;
  clock: Clock;
  /** Jitter of the undo's retries; nothing that a result depends on. */
  random: Random;
  /** Seeded with `spec.seed`: draws the schedule. */
  scheduleRandom: Random;
  /** The journal: the only output besides the result. Called in order. */
  write(entry: JournalEntry): void;
  /** Aborting ends the run early; its reason is an `AbortReason`. Everything is undone first. */
  signal: AbortSignal;
}

/** A schedule that fails and cannot do without any of its faults, unless time was over before. */
export interface MinimalSchedule {
  schedule: ScheduledFault[];
  /** As an experiment, YAML. */
  document: string;
}

/** How a soak ended. */
export interface SoakResult {
  outcome: Outcome;
  /** Null when nothing was violated, or nothing was to be shrunk. */
  minimal: MinimalSchedule | null;
}

/**
 * Plays random faults for a given time and asks the invariants at the end. On a violation the
 * schedule is shrunk: parts of it are played again until none of their faults can be left out.
 *
 * @throws RangeError when `spec.off` names something that is no pattern
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { clock, ports, registry, runId, spec, status } = options;
  const off = readOff(spec.off);
  if (!off.ok) throw new RangeError(off.problem);
  const schedule = drawSchedule(spec, {
    ...{ random: options.scheduleRandom, registry, status },
    admits: (fault) => ports.faults.resolve(fault).kind === 'ok',
  });
  const planParts = {
    ...{ spec, schedule, off: off.changes },
    resolve: ports.faults.resolve.bind(ports.faults),
    describePolicy: ports.policies.describe.bind(ports.policies),
  };
  const planned = planFaults(planParts);
  const journal = createSoakJournal(clock, (entry) => options.write(entry));
  journal.writeOfRun({
    ...{ kind: 'run-started', runKind: 'soak', runId, document: soakDocument(spec) },
    description: DESCRIPTION,
    ...{ pattern: null, lookAt: [], runbook: null, tags: ['soak'] },
    requestedBy: options.requestedBy,
    runtime: options.runtime,
    version: options.version,
    plan: planSoak(planParts),
  });
  const { random, signal } = options;
  const parts: TryParts = { runId, spec, off: off.changes, ports, clock, random, journal, signal };
  const outcome = await runTry(parts, {
    name: SOAK_VARIANT,
    expect: 'holds',
    schedule: planned,
    durationMs: spec.durationMs,
  });
  const violated = outcome.verdict === 'fails' && outcome.exitCode === 1;
  const shrunk = violated && spec.shrink ? await shrink(parts, planned, outcome) : null;
  const ended = worseOf(outcome, shrunk?.stopped ?? null);
  const minimal = shrunk ? tell(shrunk, parts, outcome, registry) : null;
  const { verdict, asClaimed, exitCode, reasons } = ended;
  journal.writeOfRun({ kind: 'run-ended', verdict, asClaimed, exitCode, reasons });
  return { outcome: { verdict, asClaimed, exitCode, reasons }, minimal };
}

const DESCRIPTION =
  'Random faults of the registry, drawn with a seed. Whatever happens, the business data must be right in the end.';

/** A violation stays one when shrinking was stopped; but what was left behind is told first. */
function worseOf(outcome: TryOutcome, stopped: TryOutcome | null): TryOutcome {
  if (stopped?.exitCode !== EXIT_CODES.undoNotClean) return outcome;
  const reasons = [...stopped.reasons, ...outcome.reasons];
  return { ...outcome, exitCode: stopped.exitCode, reasons };
}

/** What shrinking came to. */
interface Shrunk {
  schedule: ScheduledFault[];
  tries: number;
  inTime: boolean;
  /** How the try ended that ended everything, if one did. */
  stopped: TryOutcome | null;
}

async function shrink(
  parts: TryParts,
  schedule: readonly PlannedFault[],
  { broken }: TryOutcome,
): Promise<Shrunk> {
  const { clock, spec } = parts;
  const shrunk: Shrunk = { schedule: [], tries: 0, inTime: true, stopped: null };
  const deadlineMs = clock.monotonicMs() + spec.shrinkMs;
  const stop = () => {
    if (clock.monotonicMs() >= deadlineMs) shrunk.inTime = false;
    return shrunk.stopped !== null || !shrunk.inTime;
  };
  const fails = async (part: readonly PlannedFault[]): Promise<boolean> => {
    shrunk.tries += 1;
    const faults = withoutGaps(part);
    const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
    const outcome = await runTry(parts, {
      name: `try ${shrunk.tries}: ${count}`,
      expect: null,
      schedule: faults,
      durationMs: endOf(faults) + QUIET_END_MS,
    });
    // After an abort, or with something left behind, another try would prove nothing.
    if (!outcome.asClaimed) shrunk.stopped = outcome;
    return outcome.broken.some((name) => broken.includes(name));
  };
  shrunk.schedule = withoutGaps(await shrinkSchedule(schedule, fails, { stop }));
  return shrunk;
}

function tell(
  shrunk: Shrunk,
  { journal, spec }: TryParts,
  { broken }: TryOutcome,
  registry: FaultRegistry,
): MinimalSchedule {
  const schedule = shrunk.schedule.map(({ atMs, forMs, fault }) => ({ atMs, forMs, fault }));
  const document = minimalDocument({ spec, schedule, broken }, registry);
  const whole = shrunk.inTime && shrunk.stopped === null;
  const said = whole ? 'the minimal schedule' : 'the smallest schedule until shrinking was stopped';
  const faults = `${schedule.length} ${schedule.length === 1 ? 'fault' : 'faults'}`;
  const text = `${said}: ${faults} after ${shrunk.tries} tries, as an experiment\n${document}`;
  journal.writeOfRun({ kind: 'note', severity: 'info', text });
  return { schedule, document };
}
