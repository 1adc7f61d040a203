/**
 * A service of the lab that measures its calls: bare, through the chassis, through the peers. Runs
 * as services do, telemetry included; sends a message per round to the process that forked it.
 */
import { defineService, runService, type Chassis, type Worker } from '@faultline/chassis';
import { Pool } from 'undici';
import { createSubjects, type Subjects } from './chassis-subjects.ts';
import { percentile } from './statistics.ts';

/** Median time of a call in one round, microseconds. */
export type CallTimes = Record<keyof Subjects, number>;

/** What is told after a round. */
export interface Round {
  times: CallTimes;
  /** Spans that never reached the collector, of all rounds so far. */
  spansDropped: number;
}

const ROUNDS = Number(process.env.BENCH_ROUNDS);
const CALLEE_URL = process.env.BENCH_CALLEE_URL ?? '';
const CALLS = 4000;
/** So many calls in a row before the next caller's turn: all see the same weather. */
const TURN = 40;

await runService(
  defineService({
    name: 'caller',
    calls: ['callee'],
    build: (chassis) => ({ workers: [measuringWorker(chassis)] }),
  }),
);

function measuringWorker(chassis: Chassis): Worker {
  return {
    name: 'measuring',
    start() {
      const seed = { correlationId: 'bench', operation: 'bench', deadlineMs: 3_600_000 };
      chassis
        .withContext(seed, () => measureRounds(chassis))
        .catch((error: unknown) => {
          process.stderr.write(`${(error as Error).stack}\n`);
          process.exit(1);
        });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function measureRounds(chassis: Chassis): Promise<void> {
  const pool = new Pool(CALLEE_URL, { connections: 128, pipelining: 1 });
  const subjects = createSubjects(chassis.link('callee'), pool);
  await firstAnswer(subjects.chassis);
  await measureRound(subjects);
  for (let round = 0; round < ROUNDS; round += 1) {
    const round: Round = {
      times: await measureRound(subjects),
      spansDropped: await spansDropped(chassis),
    };
    process.send?.(round);
  }
  await pool.close();
}

async function spansDropped({ telemetry }: Chassis): Promise<number> {
  const counter = await telemetry.metrics.getSingleMetric('telemetry_dropped_total')?.get();
  return (counter?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}

/** The registry's first snapshot arrives when it likes. */
async function firstAnswer(call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function measureRound(subjects: Subjects): Promise<CallTimes> {
  const names = Object.keys(subjects) as (keyof Subjects)[];
  const times: Record<keyof Subjects, number[]> = {
    bare: [],
    chassis: [],
    opossum: [],
    cockatiel: [],
  };
  for (let done = 0; done < CALLS; done += TURN) {
    for (const name of names) {
      for (let call = 0; call < TURN; call += 1) {
        const beganAt = performance.now();
        await subjects[name]();
        times[name].push((performance.now() - beganAt) * 1000);
      }
    }
  }
  const p50 = (name: keyof Subjects) => percentile(times[name], 0.5);
  return {
    bare: p50('bare'),
    chassis: p50('chassis'),
    opossum: p50('opossum'),
    cockatiel: p50('cockatiel'),
  };
}
