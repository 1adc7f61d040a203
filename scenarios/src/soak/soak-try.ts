import type { Clock, Random } from '@faultline/chassis/core';
import type { PolicyChange } from '../document/model.ts';
import { abortReason } from '../engine/abort.ts';
import type { Acted } from '../engine/core/events.ts';
import { perform, type ActParts } from '../engine/driver/acts.ts';
import { restoreLoad, undoRun, type UndoParts } from '../engine/driver/undo.ts';
import type { LabPorts } from '../engine/ports.ts';
import type { Phase } from '../journal/entries.ts';
import type { SoakSpec } from './model.ts';
import { playSchedule, type PlannedFault } from './play-schedule.ts';
import { watch } from './soak-checks.ts';
import { actOf, type EntryBody, type SoakJournal } from './soak-journal.ts';
import { judgeTry, type TryFindings, type TryOutcome } from './try-outcome.ts';

/** What every try of a soak has in common. */
export interface TryParts {
  runId: string;
  spec: SoakSpec;
  off: readonly PolicyChange[];
  ports: LabPorts;
  clock: Clock;
  /** Jitter of the undo's retries. */
  random: Random;
  journal: SoakJournal;
  signal: AbortSignal;
}

/** One try: the soak itself, or a part of its schedule. */
export interface Try {
  name: string;
  /** The soak is expected to hold; tries that shrink it expect nothing. */
  expect: 'holds' | null;
  schedule: readonly PlannedFault[];
  /** Length of the whole, quiet end included, milliseconds. */
  durationMs: number;
}

/** Time under load before the schedule begins, milliseconds. */
export const WARM_UP_MS = 5_000;
const MIX = { browse: 6, checkout: 3, history: 1 };

/**
 * Makes the data anew, plays a schedule under load, undoes everything and asks the invariants. The
 * undo is done in every ending; nothing is thrown.
 */
export async function runTry(parts: TryParts, one: Try): Promise<TryOutcome> {
  const { clock, journal, ports, random, runId, signal } = parts;
  const write = (body: EntryBody) => journal.write(one.name, body);
  const told = (acted: Acted) => write(actOf(acted));
  const lab: UndoParts = { ports, clock, random, owner: runId, injected: new Map(), told };
  const changes = parts.off.map((change) => ports.policies.describe(change));
  write({ kind: 'variant-started', expect: one.expect, because: [], changes, sweep: null });
  const findings: TryFindings = { injected: 0, broken: [], aborted: null, undoLeft: [] };
  const unsubscribe = ports.faults.onEnded(runId, (faultId, why) =>
    write({ kind: 'fault-ended', faultId, why }),
  );
  try {
    await prepare(parts, lab, write);
    findings.injected = await play(parts, one, lab, write);
  } catch (error) {
    stopped(findings, write, signal, error);
  }
  write(phase('undoing'));
  findings.undoLeft.push(...(await undoRun(lab)));
  unsubscribe();
  if (findings.aborted === null) {
    await conclude(parts, lab, write, findings).catch((error: unknown) =>
      stopped(findings, write, signal, error),
    );
  }
  findings.undoLeft.push(...(await restoreLoad(lab)));
  write({ kind: 'undo', clean: findings.undoLeft.length === 0, left: findings.undoLeft });
  const outcome = judgeTry(one.expect, findings);
  const { verdict, asClaimed, exitCode, reasons, broken } = outcome;
  write({ kind: 'variant-ended', verdict, asClaimed, exitCode, reasons, broken });
  return outcome;
}

type Write = (body: EntryBody) => void;

async function prepare(
  { off, signal, spec }: TryParts,
  lab: ActParts,
  write: Write,
): Promise<void> {
  write(phase('preparing'));
  const act = doer(lab, write, signal);
  await act({ what: 'reset-data' });
  for (const change of off) await act({ what: 'policy', change });
  const { rps, seed } = spec;
  await act({ what: 'load', load: { enabled: true, rps, mix: MIX, seed } });
  write(phase('warming-up'));
  await lab.clock.sleep(WARM_UP_MS, signal);
}

async function play(
  { signal }: TryParts,
  { schedule, durationMs }: Try,
  lab: ActParts,
  write: Write,
): Promise<number> {
  const { clock, ports } = lab;
  write(phase('method'));
  const endMs = clock.monotonicMs() + durationMs;
  const over = new AbortController();
  const watching = watch(ports, clock, durationMs, write, AbortSignal.any([signal, over.signal]));
  try {
    const injected = await playSchedule(schedule, lab, write, signal);
    await clock.sleep(Math.max(0, endMs - clock.monotonicMs()), signal);
    return injected;
  } finally {
    over.abort();
    await watching;
  }
}

/** Comes to rest and asks the invariants; the load is off, so that nothing is in flight. */
async function conclude(
  { ports, signal }: TryParts,
  lab: ActParts,
  write: Write,
  findings: TryFindings,
): Promise<void> {
  write(phase('settling'));
  const act = doer(lab, write, signal);
  await act({ what: 'load', load: { enabled: false, rps: 0, mix: MIX, seed: 0 } });
  const settled = await ports.data.settle(signal);
  if (settled.kind === 'refused') {
    write({ kind: 'note', severity: 'warn', text: `not at rest: ${settled.detail}` });
  }
  write(phase('invariants'));
  const report = await ports.invariants(signal);
  for (const { name, title, holds, evidence, violations } of report.invariants) {
    write({ kind: 'invariant', name, title, holds, evidence, violations });
    if (!holds) findings.broken.push({ name, evidence });
  }
}

/** Does acts of which the soak needs every one; a refused one is the lab's fault. */
function doer(lab: ActParts, write: Write, signal: AbortSignal) {
  return async (act: Parameters<typeof perform>[1]): Promise<void> => {
    const acted = await perform(lab, act, signal);
    write(actOf(acted));
    signal.throwIfAborted();
    if (acted.outcome === 'failed') throw new Error(`${acted.title} failed: ${acted.detail}`);
  };
}

function stopped(findings: TryFindings, write: Write, signal: AbortSignal, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  findings.aborted = signal.aborted ? abortReason(signal) : { by: 'lab-fault', reason };
  write({ kind: 'aborted', ...findings.aborted });
}

function phase(name: Phase): EntryBody {
  return { kind: 'phase', phase: name };
}
