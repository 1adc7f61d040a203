import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, BenchContext, Row } from './row.ts';
import { median, percentile } from './statistics.ts';
import { PEER, startOurs, startPeer, startRig, type Proxied, type Rig } from './tcp-proxy-rig.ts';

const WARM_UP_MS = 400;
const WINDOW_MS = 1500;
const IDLE_CONNECTIONS = 2000;
const CONTROL_ROUNDS = 35;

type Measures = Readonly<Record<string, number>>;

/** Measured on one proxy in one go: several rows may come from it. */
type Measure = (rig: Rig, proxy: Proxied) => Promise<Measures>;

type RowHead = Omit<Row, 'ours' | 'peer'>;

const times = (factor: number): Row['target'] => ({ kind: 'of-peer', factor });
const atMost = (value: number): Row['target'] => ({ kind: 'absolute', value });

const ROWS: readonly RowHead[] = [
  head('throughput', 'throughput on 1 connection', 'MB/s', 'higher', times(1.2)),
  head('throughput-cpu', 'CPU per GB', 's', 'lower', null),
  head('round-trips', 'round trips on 64 connections, 256 B', '1/s', 'higher', times(1.1)),
  head('round-trips-cpu', 'CPU per 1,000 round trips', 'ms', 'lower', null),
  head('added-round-trip', 'added round trip without toxics, p50', 'µs', 'lower', times(0.6)),
  head('new-connections', 'new connections', '1/s', 'higher', times(1.1)),
  head('new-connections-cpu', 'CPU per 1,000 connections', 'ms', 'lower', null),
  head('idle-memory', 'memory per idle connection', 'KB', 'lower', times(1)),
  head('control', 'control calls while 64 busy connections run, p99', 'ms', 'lower', atMost(100)),
  head('latency-error', 'asked latency vs measured, error p99', 'ms', 'lower', atMost(2)),
];

const MEASURES: readonly Measure[] = [
  throughput,
  roundTrips,
  addedRoundTrip,
  newConnections,
  control,
  latencyError,
];

/** The TCP proxy beside a real Toxiproxy, without toxics but for the last row. */
export const tcpProxyBench: Bench = {
  name: 'tcp-proxy',
  async run({ rounds, root, say }: BenchContext): Promise<Row[]> {
    const ours: Measures[] = [];
    const theirs: Measures[] = [];
    await using rig = await startRig();
    for (let round = 1; round <= rounds; round += 1) {
      // A fresh process each round: memory that was freed is not given back.
      await using mine = await startOurs(root);
      await using peer = await startPeer();
      ours.push(await idleMemory(rig, mine));
      if (peer) theirs.push(await idleMemory(rig, peer));
      for (const measure of MEASURES) {
        say(`round ${round} of ${rounds}, ${measure.name}`);
        ours.push(await measure(rig, mine));
        if (peer) theirs.push(await measure(rig, peer));
      }
    }
    return ROWS.map((row) => ({
      ...row,
      ours: valuesOf(row, ours),
      peer: PEER && { ...PEER, values: valuesOf(row, theirs) },
    }));
  },
};

function head(
  id: string,
  what: string,
  unit: string,
  better: Row['better'],
  target: Row['target'],
): RowHead {
  return { id: `tcp-proxy-${id}`, what: `tcp-proxy: ${what}`, unit, better, target };
}

function valuesOf({ id }: RowHead, measures: readonly Measures[]): number[] {
  const key = id.slice('tcp-proxy-'.length);
  return measures.flatMap((measure) => measure[key] ?? []);
}

async function throughput(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.sink);
  await rig.load({ kind: 'flood', port, connections: 1 });
  const { count, cpuSeconds, seconds } = await window(rig, proxy);
  return { throughput: count / 1e6 / seconds, 'throughput-cpu': cpuSeconds / (count / 1e9) };
}

async function roundTrips(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.echo);
  await rig.load({ kind: 'ping', port, connections: 64 });
  const { count, cpuSeconds, seconds } = await window(rig, proxy);
  return {
    'round-trips': count / seconds,
    'round-trips-cpu': (cpuSeconds * 1000) / (count / 1000),
  };
}

/** What is done, and what the proxy spends on it, between a warm-up and the end. */
async function window(rig: Rig, proxy: Proxied) {
  await pause(WARM_UP_MS);
  const cpuBefore = await proxy.cpuSeconds();
  const before = (await rig.load({ kind: 'count' })) as number;
  const began = performance.now();
  await pause(WINDOW_MS);
  const after = (await rig.load({ kind: 'count' })) as number;
  const seconds = (performance.now() - began) / 1000;
  const cpuSeconds = (await proxy.cpuSeconds()) - cpuBefore;
  await rig.load({ kind: 'stop' });
  return { count: after - before, cpuSeconds, seconds };
}

async function addedRoundTrip(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.echo);
  const trip = async (at: number): Promise<number> =>
    median((await rig.load({ kind: 'times', port: at, connections: 1, count: 4000 })) as number[]);
  // The clients are warm once they have run; the way without the proxy is taken twice, around.
  const before = await trip(rig.ports.echo);
  const through = await trip(port);
  const after = await trip(rig.ports.echo);
  return { 'added-round-trip': (through - (before + after) / 2) * 1000 };
}

async function newConnections(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.echo);
  const count = 3000;
  const cpuBefore = await proxy.cpuSeconds();
  const tookMs = (await rig.load({ kind: 'connect', port, count })) as number;
  const cpuSeconds = (await proxy.cpuSeconds()) - cpuBefore;
  return {
    'new-connections': (count * 1000) / tookMs,
    'new-connections-cpu': (cpuSeconds * 1000) / (count / 1000),
  };
}

async function idleMemory(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.echo);
  const before = await proxy.residentKb();
  await rig.load({ kind: 'hold', port, count: IDLE_CONNECTIONS });
  const perConnection = ((await proxy.residentKb()) - before) / IDLE_CONNECTIONS;
  await rig.load({ kind: 'stop' });
  return { 'idle-memory': perConnection };
}

/** Looking, adding a toxic to live connections, and taking it away again. */
async function control(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.sink);
  await rig.load({ kind: 'flood', port, connections: 64 });
  const path = `${proxy.api}/proxies/bench/toxics`;
  const took: number[] = [];
  for (let round = 0; round < CONTROL_ROUNDS; round += 1) {
    for (const [url, method, body] of [
      [`${proxy.api}/proxies`, 'GET', undefined],
      [path, 'POST', '{"type":"noop","name":"n"}'],
      [`${path}/n`, 'DELETE', undefined],
    ] as const) {
      const began = performance.now();
      await (await fetch(url, { method, ...(body && { body }) })).text();
      took.push(performance.now() - began);
    }
  }
  await rig.load({ kind: 'stop' });
  return { control: percentile(took, 0.99) };
}

async function latencyError(rig: Rig, proxy: Proxied): Promise<Measures> {
  const port = await proxy.freshProxy(rig.ports.echo);
  const trips = async (connections: number, count: number): Promise<number[]> =>
    (await rig.load({ kind: 'times', port, connections, count })) as number[];
  const plain = median(await trips(1, 1000));
  const errors: number[] = [];
  for (const [latency, count] of [
    [10, 100],
    [100, 15],
    [2000, 1],
  ] as const) {
    const body = JSON.stringify({ name: 'l', type: 'latency', attributes: { latency } });
    await (await fetch(`${proxy.api}/proxies/bench/toxics`, { method: 'POST', body })).text();
    const took = await trips(4, count);
    errors.push(...took.map((ms) => Math.abs(ms - plain - latency)));
    await (await fetch(`${proxy.api}/proxies/bench/toxics/l`, { method: 'DELETE' })).text();
  }
  return { 'latency-error': percentile(errors, 0.99) };
}
