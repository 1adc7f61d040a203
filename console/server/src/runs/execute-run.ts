import type { Clock } from '@faultline/chassis/core';
import type { Fleet } from '@faultline/fleet';
import type { Logger } from 'pino';
import type { LoadControl } from '../lab/load.ts';
import type { Marks } from '../lab/marks.ts';
import { forgetLasting, lookBefore, writeLasting, type BeforeRun } from './before-run.ts';
import type { RunEngine } from './engine.ts';
import { RUN_ACTOR } from './journal-notes.ts';
import type { Unplaced } from './journal-tail.ts';
import type { RunPorts } from './ports/run-ports.ts';
import type { Turn } from './run-desk.ts';
import type { RunStore } from './run-store.ts';

/** What the execution of a run works with. */
export interface ExecuteParts {
  engine: Pick<RunEngine, 'execute'>;
  store: RunStore;
  fleet: Fleet;
  load: LoadControl;
  marks: Pick<Marks, 'run'>;
  clock: Clock;
  log: Logger;
  /** Resolves when what an earlier run left behind has been put back. */
  readonly leftovers: Promise<void>;
  createPorts: (of: PortsOfRun) => RunPorts;
  /** Saves what a run has found as an own experiment. */
  keep: (document: string, actor: string) => Promise<void>;
}

/** What the ports of one run need to know of it. */
export interface PortsOfRun {
  actor: string;
  before: BeforeRun;
  folder: string;
  backToLaunch: () => boolean;
}

const FAULTS_ENDED = 'it was ended with the run';

/** Executes a run. Whatever the engine does, the journal has an end and the lab is put back. */
export async function executeRun(parts: ExecuteParts, turn: Turn): Promise<void> {
  const { live, work, backToLaunch } = turn;
  const { engine, store, fleet, load, marks, clock, log } = parts;
  const folder = store.folder(live.id);
  const actor = `${RUN_ACTOR}${live.id}`;
  let ports: RunPorts | null = null;
  const { title } = live.run;
  const band = { runId: live.id, title, at: clock.now() };
  marks.run({ ...band, until: null });
  try {
    await parts.leftovers;
    refuseUnlessLaunched(fleet);
    const before = lookBefore(fleet, load.current());
    await writeLasting(folder, before.lasting);
    ports = parts.createPorts({ actor, before, folder, backToLaunch });
    const { run, stop } = live;
    const write = (entry: Unplaced) => live.record(entry);
    const keep = (document: string) => parts.keep(document, actor);
    const status = fleet.status();
    await engine.execute({ run, work, ports, status, keep, write, signal: stop.signal });
    if (!live.ended) throw new Error('the engine ended without ending the journal');
  } catch (error) {
    log.error({ err: error, run: live.id }, 'a run broke off');
    const left = (await ports?.putBack()) ?? [];
    const reason = error instanceof Error ? error.message : String(error);
    live.endAbruptly({
      ...{ at: clock.now(), by: 'lab-fault', reason: reason.slice(0, 500) },
      ...{ faultsEnded: FAULTS_ENDED, left },
    });
  } finally {
    marks.run({ ...band, until: clock.now() });
    await forgetLasting(folder).catch((error: unknown) =>
      log.warn({ err: error }, 'not forgotten'),
    );
  }
}

function refuseUnlessLaunched(fleet: Fleet): void {
  const { phase } = fleet.status();
  if (phase === 'ready' || phase === 'degraded') return;
  throw new Error(`the fleet is ${phase}: launch it and start the run again`);
}
