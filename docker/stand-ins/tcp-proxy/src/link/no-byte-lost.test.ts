import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createRandom, type Random } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { caller, startLab, type Lab } from '../testing/lab.ts';
import { startClient, startPeer } from '../testing/peers.ts';

const CONNECTIONS = 24;
const BYTES_EACH_WAY = 2_000_000;
const TABLE = randomBytes(256 * 1024);
const LARGEST_WRITE = 40_000;

/** Writes random pieces of a table, respecting back-pressure, ends the stream, answers their hash. */
async function stream(socket: Socket, seed: number): Promise<string> {
  const random = createRandom(seed);
  const hash = createHash('sha256');
  for (let left = BYTES_EACH_WAY; left > 0;) {
    const size = Math.min(left, 1 + Math.floor(random.next() * LARGEST_WRITE));
    const start = Math.floor(random.next() * (TABLE.length - size));
    const part = TABLE.subarray(start, start + size);
    left -= part.length;
    hash.update(part);
    if (!socket.write(part)) await once(socket, 'drain');
    await new Promise((resolve) => setTimeout(resolve, random.next() * 60));
  }
  socket.end();
  return hash.digest('hex');
}

async function receive(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of socket as AsyncIterable<Buffer>) hash.update(part);
  return hash.digest('hex');
}

/** Adds, updates and removes every toxic that must not lose data, at random. */
async function torment(lab: Lab, random: Random, over: () => boolean): Promise<number> {
  const kinds: (() => { type: string; attributes?: object; toxicity?: number })[] = [
    () => ({ type: 'latency', attributes: { latency: int(60), jitter: int(30) } }),
    () => ({ type: 'bandwidth', attributes: { rate: int(3) * 400 } }),
    () => ({ type: 'slicer', attributes: { average_size: 200 + int(3000), delay: int(50) } }),
    () => ({ type: 'slow_close', attributes: { delay: int(50) } }),
    () => ({ type: 'reset_peer', toxicity: 0, attributes: { timeout: 0 } }),
    () => ({ type: 'packet_loss', attributes: { loss_rate: 0.05, mode: 'retransmit' } }),
    () => ({ type: 'noop' }),
  ];
  const int = (below: number) => Math.floor(random.next() * below);
  let changes = 0;
  while (!over()) {
    const name = `t${int(6)}`;
    const path = `/proxies/line/toxics/${name}`;
    const toxic = kinds[int(kinds.length)]!();
    const settings = { name, stream: int(2) ? 'upstream' : 'downstream', toxicity: 0.7, ...toxic };
    const step = int(4);
    if (step < 2) await lab.addToxic(settings);
    else if (step === 2) await lab.call('POST', path, { attributes: toxic.attributes ?? {} });
    else await lab.call('DELETE', path);
    changes += 1;
    await new Promise((resolve) => setTimeout(resolve, int(10)));
  }
  await lab.call('POST', '/reset');
  return changes;
}

it('loses, doubles and reorders no byte while toxics come, change and go', async () => {
  const served: Promise<{ sent: string; got: string }>[] = [];
  await using server = await startPeer((socket) => {
    served.push(both(socket, 10_000 + served.length));
  });
  await using lab = await startLab({ seed: 42 }, server);
  const ends: Promise<{ sent: string; got: string }>[] = [];
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const client = await startQuietClient(lab.listen);
    // Served in the order of the connects, so that both lists match.
    await expect.poll(() => served.length).toBe(index + 1);
    ends.push(both(client, index));
  }
  let over = false;
  const tormented = torment(lab, createRandom(7), () => over);
  // From some point on the toxics stand still: whatever is held then must come out by itself.
  const clients = Promise.all(ends);
  const timer = setTimeout(() => (over = true), 6000);
  const results = await clients;
  over = true;
  clearTimeout(timer);
  expect(await tormented).toBeGreaterThan(30);
  const others = await Promise.all(served);
  for (const [index, { sent, got }] of results.entries()) {
    expect(others[index]).toEqual({ sent: got, got: sent });
  }
});

async function startQuietClient(listen: string): Promise<Socket> {
  const { socket } = await startClient(listen);
  socket.removeAllListeners('data');
  socket.pause();
  return socket;
}

async function both(socket: Socket, seed: number) {
  const [sent, got] = await Promise.all([stream(socket, seed), receive(socket)]);
  return { sent, got };
}

it('answers control calls while 64 busy connections run', async () => {
  await using lab = await startLab();
  const call = caller(lab.proxy.port);
  let stopped = false;
  const clients = await Promise.all(Array.from({ length: 64 }, () => lab.connect()));
  const block = Buffer.alloc(64 * 1024);
  for (const { socket } of clients) {
    const pump = () => {
      while (!stopped && socket.write(block));
    };
    socket.on('drain', pump);
    pump();
  }
  for (let turn = 0; turn < 10; turn += 1) {
    const attributes = { latency: 100 };
    expect(
      (await call('POST', '/proxies/line/toxics', { type: 'latency', attributes })).status,
    ).toBe(200);
    expect((await call('GET', '/proxies')).status).toBe(200);
    expect((await call('DELETE', '/proxies/line/toxics/latency_downstream')).status).toBe(204);
  }
  stopped = true;
  for (const client of clients) client.socket.destroy();
});
