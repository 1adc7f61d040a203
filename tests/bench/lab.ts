import { setTimeout as sleep } from 'node:timers/promises';
import { measureTrees } from '@faultline/fleet';
import { measureFaultLags, type FaultLag } from './fault-lag.ts';
import { startLabProcess, type LabProcess } from './lab-process.ts';
import type { Bench, BenchContext, Row } from './row.ts';
import { median, percentile, spread } from './statistics.ts';

const LOAD_S = 30;
const SETTLE_S = 10;
const IDLE_S = 20;
const FAULTS = 20;
/** A start takes a quarter of a minute: more of them tell little. */
const MOST_STARTS = 3;

/** What all starts told. */
interface Starts {
  consoleS: number[];
  readyS: number[];
  visibleS: number[];
  stopS: number[];
  left: number[];
  parts: number;
}

/** What is measured once, on a lab under load and on one without. */
interface Once {
  memoryMb: number;
  lags: FaultLag[];
  idlePercent: number;
}

/** The whole lab, as a person starts it: times, memory, CPU, faults, and what is left behind. */
export const labBench: Bench = {
  name: 'lab',
  async run(context) {
    await prepare(context);
    const starts: Starts = {
      ...{ consoleS: [], readyS: [], visibleS: [], stopS: [], left: [] },
      parts: 0,
    };
    const idlePercent = await measureIdle(context, starts);
    let loaded: Pick<Once, 'memoryMb' | 'lags'> | undefined;
    for (let round = 0; round < Math.min(context.rounds, MOST_STARTS); round += 1) {
      await using lab = await startTimed(context, starts);
      starts.visibleS.push(await lab.untilVisible());
      loaded ??= await measureLoaded(context, lab);
      await endTimed(context, lab, starts);
    }
    if (!loaded) throw new RangeError(`rounds: at least 1, received ${context.rounds}`);
    return rowsOf(starts, { ...loaded, idlePercent });
  },
};

/** Builds the console if need be, and leaves programs and libraries in the system's file cache. */
async function prepare(context: BenchContext): Promise<void> {
  context.say('a start that does not count');
  await using lab = await startLabProcess(context);
  await lab.untilConsole();
  await lab.untilReady();
}

async function startTimed(
  context: BenchContext,
  starts: Starts,
  options: readonly string[] = [],
): Promise<LabProcess> {
  const lab = await startLabProcess(context, options);
  try {
    const consoleS = await lab.untilConsole();
    const { seconds: readyS, parts } = await lab.untilReady();
    starts.consoleS.push(consoleS);
    starts.readyS.push(readyS);
    starts.parts = parts;
    context.say(`console after ${consoleS.toFixed(1)} s, fleet after ${readyS.toFixed(1)} s`);
    return lab;
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

async function endTimed(context: BenchContext, lab: LabProcess, starts: Starts): Promise<void> {
  const { seconds, left } = await lab.end();
  starts.stopS.push(seconds);
  starts.left.push(left);
  context.say(`ended after ${seconds.toFixed(1)} s, ${left} processes left`);
}

async function measureIdle(context: BenchContext, starts: Starts): Promise<number> {
  await using lab = await startTimed(context, starts, ['--no-load']);
  await sleep(SETTLE_S * 1000);
  const cpuSeconds = async () => (await measureTrees([lab.pid])).get(lab.pid)?.cpuSeconds ?? 0;
  const [beganAt, before] = [performance.now(), await cpuSeconds()];
  await sleep(IDLE_S * 1000);
  const spent = (await cpuSeconds()) - before;
  const percent = (spent / ((performance.now() - beganAt) / 1000)) * 100;
  context.say(`idle: ${percent.toFixed(1)} % of a core`);
  await endTimed(context, lab, starts);
  return percent;
}

async function measureLoaded(context: BenchContext, lab: LabProcess) {
  await sleep(LOAD_S * 1000);
  const tree = (await measureTrees([lab.pid])).get(lab.pid);
  const memoryMb = (tree?.memoryBytes ?? 0) / 1e6;
  context.say(`memory: ${memoryMb.toFixed(0)} MB`);
  const lags = await measureFaultLags(lab.url, FAULTS);
  context.say(`faults: ${lags.map(({ affectedMs }) => affectedMs.toFixed(0)).join(' ')} ms`);
  context.say(`cleared: ${lags.map(({ normalMs }) => normalMs.toFixed(0)).join(' ')} ms`);
  return { memoryMb, lags };
}

function rowsOf(starts: Starts, { memoryMb, lags, idlePercent }: Once): Row[] {
  const row = (
    id: string,
    what: string,
    unit: string,
    ours: readonly number[],
    most: number | null,
    note?: string,
  ): Row => ({
    id: `lab-${id}`,
    what: `lab: ${what}`,
    ...{ unit, ours, better: 'lower', peer: null },
    target: most === null ? null : { kind: 'absolute', value: most },
    ...(note === undefined ? {} : { note }),
  });
  const affected = lags.map(({ affectedMs }) => affectedMs);
  const normal = lags.map(({ normalMs }) => normalMs);
  return [
    row('console', 'npm start until the console answers', 's', starts.consoleS, 2),
    row(
      'ready',
      'npm start until the whole fleet is ready',
      's',
      starts.readyS,
      10,
      `${starts.parts} instances, databases and broker included`,
    ),
    row('visible', 'npm start until a trace and RED are visible', 's', starts.visibleS, 12),
    row(
      'memory',
      `memory of everything at 40 requests/s after ${LOAD_S} s`,
      'MB',
      [memoryMb],
      1600,
      'sum of PSS over all processes',
    ),
    row(
      'idle-cpu',
      `CPU of everything without load, ${IDLE_S} s`,
      '% of a core',
      [idlePercent],
      15,
    ),
    row('fault', `fault asked for → first byte affected, p95 of ${FAULTS}`, 'ms', ...lag(affected)),
    row('cleared', `its end asked for → first byte normal, p95 of ${FAULTS}`, 'ms', ...lag(normal)),
    row('stop', 'Ctrl-C until everything has ended', 's', starts.stopS, null),
    row(
      'left',
      'processes left 5 s afterwards, most of all starts',
      '',
      [spread(starts.left).max],
      0,
    ),
  ];
}

/** Values, target and note of a lag. */
function lag(values: readonly number[]): [number[], number, string] {
  const { min, max } = spread(values);
  const rounded = [min, median(values), max].map((value) => value.toFixed(0));
  return [
    [percentile(values, 0.95)],
    50,
    `min, median, max: ${rounded.join(', ')} ms; a latency of 200 ms on orders->payments, probed ` +
      'every 3 ms through its proxy; the time of the request to the control plane is in it',
  ];
}
