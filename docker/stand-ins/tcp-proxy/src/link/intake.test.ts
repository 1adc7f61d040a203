import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startLab } from '../testing/lab.ts';
import { startClient } from '../testing/peers.ts';
import { adoptIntake, dialIntake, type Intake } from './intake.ts';

const OPTIONS = { allowHalfOpen: true, noDelay: true, highWaterMark: 64 * 1024 };

/** Both ends of a connection: the far one, and an intake that was dialled or adopted. */
async function connected(how: 'dialled' | 'adopted'): Promise<{ far: Socket; intake: Intake }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepting = once(server, 'connection') as Promise<[Socket]>;
  const dialled = dialIntake({ host: '127.0.0.1', port }, OPTIONS);
  const [accepted] = await accepting;
  server.close();
  return how === 'dialled'
    ? { far: accepted, intake: dialled }
    : { far: dialled.socket, intake: adoptIntake(accepted, OPTIONS) };
}

/** Reads `far`'s writes one by one; `keep` gives each away. */
async function readOneByOne(how: 'dialled' | 'adopted', sizes: number[], keep: boolean) {
  const { far, intake } = await connected(how);
  const reads: Buffer[] = [];
  let arrived = Promise.withResolvers<void>();
  intake.deliverTo((data) => {
    reads.push(data);
    if (keep) intake.keep();
    arrived.resolve();
    arrived = Promise.withResolvers();
  });
  intake.socket.resume();
  for (const [index, size] of sizes.entries()) {
    far.write(Buffer.alloc(size, index + 1));
    const wanted = sizes.slice(0, index + 1).reduce((sum, each) => sum + each, 0);
    while (reads.reduce((sum, { length }) => sum + length, 0) < wanted) await arrived.promise;
  }
  const memories = new Set(reads.map(({ buffer }) => buffer));
  const ended = once(intake.socket, 'end');
  far.end();
  await ended;
  far.destroy();
  intake.socket.destroy();
  return { reads, memories };
}

it.each(['dialled', 'adopted'] as const)('%s: lends the same memory for each read', async (how) => {
  const { memories } = await readOneByOne(how, [100, 200, 300], false);
  expect(memories.size).toBe(1);
});

it.each(['dialled', 'adopted'] as const)('%s: never touches again what was kept', async (how) => {
  const { reads } = await readOneByOne(how, [100, 200, 300], true);
  for (const [index, read] of reads.entries()) {
    expect(read.equals(Buffer.alloc((index + 1) * 100, index + 1))).toBe(true);
  }
});

it('reads more at a time once a read was full, and less again after a small one', async () => {
  const { reads } = await readOneByOne('adopted', [300_000, 100, 100], false);
  const sizes = reads.map(({ buffer }) => buffer.byteLength);
  expect(sizes[0]).toBe(16 * 1024);
  expect(Math.max(...sizes)).toBe(64 * 1024);
  expect(sizes.at(-1)).toBe(16 * 1024);
});

it('mixes up no bytes while connections with slow readers come and go', async () => {
  await using lab = await startLab();
  const trip = async (): Promise<void> => {
    const data = randomBytes(150_000);
    using client = await startClient(lab.listen);
    client.socket.pause();
    client.socket.write(data);
    await new Promise((resolve) => setTimeout(resolve, data[0]! / 10));
    client.socket.resume();
    expect((await client.has(data.length)).equals(data)).toBe(true);
  };
  const worker = async (): Promise<void> => {
    for (let index = 0; index < 15; index += 1) await trip();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
});
