/**
 * Speed of the TCP proxy, beside a real Toxiproxy when there is one.
 *
 *   node tests/bench/tcp-proxy.bench.ts [path of a toxiproxy-server]
 *
 * Prints `measured / target / peer / ratio` per row: median of the rounds, both proxies in turn.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const ROUNDS = 3;
const MAIN = new URL('../../docker/stand-ins/tcp-proxy/src/main.ts', import.meta.url).pathname;

interface Subject {
  readonly name: string;
  readonly api: string;
  readonly pid: number;
  readonly startMs: number;
  readonly child: ChildProcess;
}

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly target: string;
  /** Default: ROUNDS. */
  readonly rounds?: number;
  readonly measure: (subject: Subject, echo: number) => Promise<number>;
}

const rows: readonly Row[] = [
  {
    what: 'start until the API answers',
    unit: 'ms',
    target: '<= 250',
    measure: async (s) => s.startMs,
  },
  // Before the rows that make the heap grow, and once: memory that was freed is not given back.
  {
    what: 'memory per idle connection',
    unit: 'KB',
    target: '<= 1.0 x',
    rounds: 1,
    measure: idleMemory,
  },
  { what: 'throughput, 1 connection', unit: 'MB/s', target: '>= 1.2 x', measure: throughput },
  {
    what: 'round trips/s, 64 connections, 256 B',
    unit: '/s',
    target: '>= 1.1 x',
    measure: roundTrips,
  },
  { what: 'added round trip, p50, 256 B', unit: 'us', target: '<= 0.6 x', measure: addedRoundTrip },
  { what: 'new connections/s', unit: '/s', target: '>= 1.1 x', measure: newConnections },
  {
    what: 'latency toxic, error p99, 10 and 100 ms',
    unit: 'ms',
    target: '<= 2',
    measure: latencyError,
  },
  {
    what: 'control calls, 64 busy connections, p99',
    unit: 'ms',
    target: '<= 100',
    measure: controlCalls,
  },
];

async function main(): Promise<void> {
  const echo = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => socket.write(data));
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const echoPort = (echo.address() as AddressInfo).port;
  const peerPath = process.argv[2];
  const ours = await start('faultline', process.execPath, [MAIN], 18_474);
  const peer = peerPath === undefined ? undefined : await start('toxiproxy', peerPath, [], 18_484);
  for (const row of rows) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < (row.rounds ?? ROUNDS); round += 1) {
      mine.push(await row.measure(ours, echoPort));
      if (peer) theirs.push(await row.measure(peer, echoPort));
    }
    print(row, mine, theirs);
  }
  ours.child.kill();
  peer?.child.kill();
  echo.close();
  process.exit(0);
}

function print({ what, unit, target }: Row, mine: number[], theirs: number[]): void {
  const [a, b] = [median(mine), median(theirs)];
  const peer = theirs.length > 0 ? `${format(b)}   ratio ${(a / b).toFixed(2)}` : 'none';
  const spread = `${format(Math.min(...mine))}..${format(Math.max(...mine))}`;
  process.stdout.write(
    `${what.padEnd(42)} ${format(a).padStart(9)} ${unit.padEnd(5)} (${spread})   target ${target}   peer ${peer}\n`,
  );
}

async function start(
  name: string,
  command: string,
  args: string[],
  port: number,
): Promise<Subject> {
  const began = performance.now();
  const child = spawn(command, [...args, '-host', '127.0.0.1', '-port', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, LOG_LEVEL: 'error' },
  });
  const api = `http://127.0.0.1:${port}`;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) break;
    await pause(2);
  }
  return { name, api, pid: child.pid ?? 0, startMs: performance.now() - began, child };
}

/** A fresh proxy in front of `upstream`; answers its port. */
async function freshProxy(subject: Subject, upstream: number): Promise<number> {
  await fetch(`${subject.api}/proxies/bench`, { method: 'DELETE' });
  const body = JSON.stringify({
    name: 'bench',
    listen: '127.0.0.1:0',
    upstream: `127.0.0.1:${upstream}`,
  });
  const answer = await fetch(`${subject.api}/proxies`, { method: 'POST', body });
  const { listen } = (await answer.json()) as { listen: string };
  return Number(listen.split(':').at(-1));
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function throughput(subject: Subject): Promise<number> {
  const totalBytes = 1_500_000_000;
  const { promise, resolve } = Promise.withResolvers<number>();
  let began = 0;
  let got = 0;
  const sink = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      began ||= performance.now();
      got += data.length;
      if (got >= totalBytes) resolve(totalBytes / 1000 / (performance.now() - began));
    });
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const socket = await open(await freshProxy(subject, (sink.address() as AddressInfo).port));
  const block = Buffer.alloc(256 * 1024);
  const pump = (): void => {
    while (got < totalBytes && socket.write(block));
  };
  socket.on('drain', pump);
  pump();
  const rate = await promise;
  socket.destroy();
  sink.close();
  return rate;
}

async function roundTrips(subject: Subject, echo: number): Promise<number> {
  const port = await freshProxy(subject, echo);
  const message = Buffer.alloc(256);
  let done = 0;
  const sockets = await Promise.all(Array.from({ length: 64 }, () => open(port)));
  for (const socket of sockets) {
    let got = 0;
    socket.on('data', (data) => {
      got += data.length;
      if (got < message.length) return;
      got = 0;
      done += 1;
      socket.write(message);
    });
    socket.write(message);
  }
  await pause(500);
  const [before, began] = [done, performance.now()];
  await pause(2000);
  const rate = ((done - before) * 1000) / (performance.now() - began);
  for (const socket of sockets) socket.destroy();
  return rate;
}

async function roundTripTimes(port: number, count: number): Promise<number[]> {
  const socket = await open(port);
  const message = Buffer.alloc(256);
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = process.hrtime.bigint();
    socket.write(message);
    await once(socket, 'data');
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  socket.destroy();
  return times;
}

async function addedRoundTrip(subject: Subject, echo: number): Promise<number> {
  const through = await roundTripTimes(await freshProxy(subject, echo), 5000);
  const direct = await roundTripTimes(echo, 5000);
  return (median(through) - median(direct)) * 1000;
}

async function newConnections(subject: Subject, echo: number): Promise<number> {
  const port = await freshProxy(subject, echo);
  const began = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (done < 3000) {
      done += 1;
      const socket = await open(port);
      socket.write('x');
      await once(socket, 'data');
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return (done * 1000) / (performance.now() - began);
}

async function idleMemory(subject: Subject, echo: number): Promise<number> {
  const port = await freshProxy(subject, echo);
  const before = await residentKb(subject.pid);
  const sockets: Socket[] = [];
  for (let index = 0; index < 2000; index += 1) {
    const socket = await open(port);
    socket.write('x');
    await once(socket, 'data');
    sockets.push(socket);
  }
  const after = await residentKb(subject.pid);
  for (const socket of sockets) socket.destroy();
  return (after - before) / sockets.length;
}

async function latencyError(subject: Subject, echo: number): Promise<number> {
  const port = await freshProxy(subject, echo);
  const plain = median(await roundTripTimes(port, 500));
  const errors: number[] = [];
  for (const latency of [10, 100]) {
    const body = JSON.stringify({ name: 'l', type: 'latency', attributes: { latency } });
    await fetch(`${subject.api}/proxies/bench/toxics`, { method: 'POST', body });
    const times = await roundTripTimes(port, latency === 10 ? 300 : 60);
    errors.push(...times.map((time) => Math.abs(time - plain - latency)));
    await fetch(`${subject.api}/proxies/bench/toxics/l`, { method: 'DELETE' });
  }
  return percentile(errors, 0.99);
}

async function controlCalls(subject: Subject, echo: number): Promise<number> {
  const port = await freshProxy(subject, echo);
  const block = Buffer.alloc(16 * 1024);
  const sockets = await Promise.all(Array.from({ length: 64 }, () => open(port)));
  for (const socket of sockets) {
    socket.on('data', () => undefined);
    const pump = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', pump);
    pump();
  }
  const p99 = await callsFromOutside(subject.api);
  for (const socket of sockets) socket.destroy();
  return p99;
}

/** Control calls from a thread of their own: this one is as busy as the proxy. */
async function callsFromOutside(api: string): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     (async () => {
       const times = [];
       for (let index = 0; index < 100; index += 1) {
         const began = performance.now();
         await (await fetch(${JSON.stringify(api)} + '/proxies')).text();
         times.push(performance.now() - began);
       }
       parentPort.postMessage(times);
     })();`,
    { eval: true },
  );
  const [times] = (await once(worker, 'message')) as [number[]];
  await worker.terminate();
  return percentile(times, 0.99);
}

async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function format(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toFixed(2);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

await main();
