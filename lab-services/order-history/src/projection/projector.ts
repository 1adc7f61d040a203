import type { Chassis, Transaction, Worker } from '@faultline/chassis';
import type { Events } from '../events.ts';
import { readLog } from '../log/history-log.ts';
import {
  lockProjection,
  moveCheckpoint,
  readStatus,
  sweep,
  switchTo,
  type Generation,
  type ProjectionStatus,
} from './generations.ts';
import { applyEntries } from './view-store.ts';

/**
 * Carries the log into the projection. It sleeps until it is woken: after every event that this
 * instance logged, and by whoever notices that the projection is behind. All of its state is in the
 * database, in the transactions of the work itself: it may be killed at any moment, and any
 * instance goes on where the last one stopped.
 *
 * ```
 * log        1 2 3 4 5 6 7 8 9
 * serving    ------------> 7          answers come from here
 * building   ------> 4                a rebuild; takes over when it has caught up with serving
 * ```
 */
export interface Projector extends Worker {
  /** There may be something to do. */
  wake(): void;
}

export interface ProjectorOptions {
  chassis: Pick<Chassis, 'database' | 'clock' | 'log'>;
  events: Events;
  /** Log entries brought in by one transaction. */
  batch: number;
}

/** Between two turns: one costs the same for one event and for ten. The first after a rest comes at once. */
const TURN_EVERY_MS = 200;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Creates the projector. */
export function createProjector(options: ProjectorOptions): Projector {
  const { chassis } = options;
  const end = new AbortController();
  let woken = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  end.signal.addEventListener('abort', () => woken.resolve(), { once: true });

  async function run(): Promise<void> {
    let failures = 0;
    let turnMs = -Infinity;
    while (!end.signal.aborted) {
      woken = Promise.withResolvers();
      try {
        while (!end.signal.aborted && (await work(options)));
        failures = 0;
      } catch (error) {
        failures++;
        chassis.log.warn({ err: error }, 'projection not carried on');
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
        await chassis.clock.sleep(pauseMs, end.signal).catch(() => undefined);
        continue;
      }
      if (!end.signal.aborted) await woken.promise;
      const pauseMs = Math.max(0, turnMs + TURN_EVERY_MS - chassis.clock.monotonicMs());
      await chassis.clock.sleep(pauseMs, end.signal).catch(() => undefined);
      turnMs = chassis.clock.monotonicMs();
    }
  }

  return {
    name: 'projector',
    start() {
      running ??= run();
    },
    wake: () => woken.resolve(),
    async [Symbol.asyncDispose]() {
      end.abort(new Error('projector closed'));
      woken.resolve();
      await running;
    },
  };
}

/** One turn: what serves first, so that a rebuild never holds it up. @returns whether more waits */
async function work(options: ProjectorOptions): Promise<boolean> {
  const { database } = options.chassis;
  const { lagEvents, building, sweeping } = await readStatus(database);
  if (lagEvents > 0) await database.transaction((transaction) => advance(options, transaction));
  if (building) await database.transaction((transaction) => build(options, transaction));
  if (lagEvents > 0 || building || !sweeping) return lagEvents > 0 || building !== null;
  await database.transaction(async (transaction) => {
    await lockProjection(transaction);
    await sweep(transaction);
  });
  return true;
}

async function advance(options: ProjectorOptions, transaction: Transaction): Promise<void> {
  const { serving } = await readLocked(transaction);
  await carryOn(options, transaction, serving);
}

async function build(options: ProjectorOptions, transaction: Transaction): Promise<void> {
  const { serving, building } = await readLocked(transaction);
  if (!building) return;
  const checkpoint = await carryOn(options, transaction, building);
  if (checkpoint < serving.checkpoint) return;
  await switchTo(transaction, building.generation);
  options.events.rebuilt(building, checkpoint);
}

async function readLocked(transaction: Transaction): Promise<ProjectionStatus> {
  const [, status] = await Promise.all([lockProjection(transaction), readStatus(transaction)]);
  return status;
}

/** Brings in one batch. @returns the checkpoint after it */
async function carryOn(
  { batch }: ProjectorOptions,
  transaction: Transaction,
  { generation, checkpoint, state }: Generation,
): Promise<number> {
  // A rebuild counts an event once, even if it was logged twice while the inbox was off.
  const entries = await readLog(transaction, checkpoint, batch, { once: state === 'building' });
  const last = entries.at(-1)?.position;
  if (last === undefined) return checkpoint;
  const first = entries.filter(({ repeated }) => !repeated);
  await Promise.all([
    applyEntries(transaction, generation, first),
    moveCheckpoint(transaction, generation, last),
  ]);
  return last;
}
