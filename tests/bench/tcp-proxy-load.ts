/**
 * The clients in front of a proxy that is measured, in a process of their own. The parent sends one
 * task at a time and gets its result.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What the clients shall do on `port`. */
export type LoadTask =
  /** Writes as fast as can be on `connections`, until `stop`; never reads. */
  | { readonly kind: 'flood'; readonly port: number; readonly connections: number }
  /** Sends 256 B and waits for them, over and over, on `connections`, until `stop`. */
  | { readonly kind: 'ping'; readonly port: number; readonly connections: number }
  /** `count` round trips one after the other on each of `connections`; result: times in ms. */
  | {
      readonly kind: 'times';
      readonly port: number;
      readonly connections: number;
      readonly count: number;
    }
  /** Opens `count` connections, 16 at a time, a round trip each; result: how long, in ms. */
  | { readonly kind: 'connect'; readonly port: number; readonly count: number }
  /** Opens `count` connections, a round trip each, and keeps them until `stop`. */
  | { readonly kind: 'hold'; readonly port: number; readonly count: number }
  /** Ends what is going on; result: round trips done, or bytes written. */
  | { readonly kind: 'stop' }
  /** Result: round trips done, or bytes written, so far. */
  | { readonly kind: 'count' };

const MESSAGE = Buffer.alloc(256, 'm');
const BLOCK = Buffer.alloc(512 * 1024, 'b');
const AT_A_TIME = 16;

let sockets: Socket[] = [];
let done: () => number = () => 0;

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  sockets.push(socket);
  return socket;
}

async function openMany(port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => open(port)));
}

async function flood(port: number, connections: number): Promise<void> {
  const opened = await openMany(port, connections);
  done = () =>
    opened.reduce(
      (sum, { bytesWritten, writableLength }) => sum + bytesWritten - writableLength,
      0,
    );
  for (const socket of opened) {
    const pump = (): void => {
      while (!socket.destroyed && socket.write(BLOCK));
    };
    socket.on('drain', pump);
    pump();
  }
}

async function ping(port: number, connections: number): Promise<void> {
  let trips = 0;
  done = () => trips;
  for (const socket of await openMany(port, connections)) {
    let gotBytes = 0;
    socket.on('data', (data) => {
      gotBytes += data.length;
      if (gotBytes < MESSAGE.length) return;
      gotBytes = 0;
      trips += 1;
      socket.write(MESSAGE);
    });
    socket.write(MESSAGE);
  }
}

async function times(port: number, connections: number, count: number): Promise<number[]> {
  const all = await Promise.all(
    (await openMany(port, connections)).map(async (socket, index) => {
      const mine: number[] = [];
      // Out of step, so that connections do not wait for each other.
      await pause(index * 3);
      for (let trip = 0; trip < count; trip += 1) {
        const began = process.hrtime.bigint();
        socket.write(MESSAGE);
        await once(socket, 'data');
        mine.push(Number(process.hrtime.bigint() - began) / 1e6);
      }
      return mine;
    }),
  );
  stop();
  return all.flat();
}

async function connectMany(port: number, count: number): Promise<number> {
  const began = performance.now();
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const socket = await open(port);
      socket.write(MESSAGE);
      await once(socket, 'data');
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  stop();
  return performance.now() - began;
}

async function hold(port: number, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 1) {
    const socket = await open(port);
    socket.write(MESSAGE);
    await once(socket, 'data');
  }
}

function stop(): number {
  const result = done();
  done = () => 0;
  for (const socket of sockets) socket.destroy();
  sockets = [];
  return result;
}

async function perform(task: LoadTask): Promise<unknown> {
  switch (task.kind) {
    case 'flood':
      return flood(task.port, task.connections);
    case 'ping':
      return ping(task.port, task.connections);
    case 'times':
      return times(task.port, task.connections, task.count);
    case 'connect':
      return connectMany(task.port, task.count);
    case 'hold':
      return hold(task.port, task.count);
    case 'stop':
      return stop();
    case 'count':
      return done();
  }
}

process.on('message', (task: LoadTask) => {
  void perform(task).then((result) => process.send?.(result ?? null));
});
process.once('disconnect', () => process.exit(0));
