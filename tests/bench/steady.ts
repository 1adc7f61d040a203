import { setTimeout as sleep } from 'node:timers/promises';
import { redSnapshotSchema, type ServiceRed } from '@faultline/collector/contract';
import { measureTrees } from '@faultline/fleet';
import { invariantsSchema } from '@faultline/server/contract';
import { until } from '../lab/wait.ts';
import { startLabProcess, type LabProcess } from './lab-process.ts';
import type { Bench, Row } from './row.ts';

/** What came before counts for nothing: caches fill, pools open, customers log in. */
const WARM_UP_S = 20;
/** Longest window of RED, seconds. */
const LONGEST_WINDOW_S = 900;
const LOOK_S = 5;
const CHECKOUT = { service: 'gateway', operation: 'POST /v1/orders' };

/** What a fleet does to which nothing is done. */
interface Run {
  gateway: ServiceRed;
  checkout: ServiceRed;
  broken: string[];
  /** Memory of everything, MB: means over the first and over the last quarter. */
  memoryMb: { first: number; last: number };
}

/**
 * The whole fleet under its default load, without a fault: errors, latency of a checkout,
 * invariants, and whether memory grows. `--seconds 600` is the run that the targets speak of.
 */
export const steadyBench: Bench = {
  name: 'steady',
  async run(context) {
    const seconds = Math.min(context.sustainedS, LONGEST_WINDOW_S);
    await using lab = await startLabProcess(context);
    await lab.untilConsole();
    await lab.untilReady();
    await sleep(WARM_UP_S * 1000);
    context.say(`${seconds} s of the default load`);
    const memory = await watchMemory(lab, seconds);
    const red = await lab.get(`/api/red?window=${seconds}s`, redSnapshotSchema);
    const of = (service: string, operation?: string) => {
      const found = red.services.find(
        (one) => one.service === service && one.operation === operation,
      );
      if (!found) throw new Error(`no RED of ${service} ${operation ?? ''}`);
      return found;
    };
    const broken = await settle(lab);
    return rowsOf(seconds, {
      gateway: of('gateway'),
      checkout: of(CHECKOUT.service, CHECKOUT.operation),
      broken,
      memoryMb: memory,
    });
  },
};

async function watchMemory(lab: LabProcess, seconds: number): Promise<Run['memoryMb']> {
  const samples: number[] = [];
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    const tree = (await measureTrees([lab.pid])).get(lab.pid);
    samples.push((tree?.memoryBytes ?? 0) / 1e6);
    await sleep(Math.min(LOOK_S * 1000, Math.max(0, endsAt - performance.now())));
  }
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  return { first: mean(samples.slice(0, quarter)), last: mean(samples.slice(-quarter)) };
}

/** Stops the load; the names of the invariants that do not hold once nothing is in flight. */
async function settle(lab: LabProcess): Promise<string[]> {
  await fetch(new URL('/api/load', lab.url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enabled: false }),
  });
  const { invariants } = await until('a quiet fleet', async () => {
    const answer = await lab.get('/api/invariants', invariantsSchema);
    const busy = answer.invariants.some(({ evidence }) => /[1-9]\d* in flight/.test(evidence));
    return !busy && answer;
  });
  return invariants.filter(({ holds }) => !holds).map(({ name }) => name);
}

function rowsOf(seconds: number, { gateway, checkout, broken, memoryMb }: Run): Row[] {
  const row = (
    id: string,
    what: string,
    unit: string,
    value: number,
    most: number | null,
    note: string,
  ): Row => ({
    id: `steady-${id}`,
    what: `steady: ${what}`,
    unit,
    better: 'lower',
    ours: [value],
    peer: null,
    target: most === null ? null : { kind: 'absolute', value: most },
    note,
  });
  const { first, last } = memoryMb;
  return [
    row(
      'errors',
      `failed requests at the gateway, ${seconds} s without a fault`,
      '%',
      gateway.errorRatio * 100,
      0.1,
      `${gateway.errorCount} of ${gateway.count}`,
    ),
    row('checkout', 'checkout, p95', 'ms', checkout.p95Ms ?? 0, 250, `${checkout.count} checkouts`),
    row(
      'invariants',
      'invariants broken afterwards',
      '',
      broken.length,
      0,
      broken.join(', ') || 'all hold',
    ),
    row(
      'memory',
      'memory of everything, last quarter of the run',
      'MB',
      last,
      1600,
      `first quarter ${first.toFixed(0)} MB: ${(((last - first) / first) * 100).toFixed(1)} % more`,
    ),
  ];
}
