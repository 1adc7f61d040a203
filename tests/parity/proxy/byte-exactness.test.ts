import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom, type Random } from '@faultline/chassis/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLine, type Connection, type Line } from './line.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const CONNECTIONS = 12;
const BYTES_EACH_WAY = 1_500_000;
const LARGEST_WRITE = 40_000;
const TORMENT_MS = 6000;
const TABLE = randomBytes(256 * 1024);

describe.each(SUBJECTS)('$title', ({ start, missing }) => {
  let subject: Subject;

  beforeAll(async () => {
    if (!missing) subject = await start();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });

  it.skipIf(missing)(
    'loses, doubles and reorders no byte while toxics come, change and go',
    async () => {
      await using line = await createLine(subject);
      const connections: Connection[] = [];
      while (connections.length < CONNECTIONS) connections.push(await line.open());
      const deadline = performance.now() + TORMENT_MS;
      const tormented = torment(line, createRandom(7), () => performance.now() > deadline);
      // Nobody ends its stream before all is there: Toxiproxy does not keep half-closed streams.
      const checks = connections.flatMap(({ client, server }, index) => [
        send(client.socket, index).then((sent) => ({ sent, end: server })),
        send(server.socket, 1000 + index).then((sent) => ({ sent, end: client })),
      ]);
      expect(await tormented).toBeGreaterThan(20);
      await subject.call('POST', '/reset');
      for (const { sent, end } of await Promise.all(checks)) {
        const all = await end.has(BYTES_EACH_WAY);
        expect([all.length, hashOf(all)]).toEqual([BYTES_EACH_WAY, sent]);
      }
    },
  );
});

/** Writes random pieces of a table with random pauses; answers their hash. */
async function send(socket: Socket, seed: number): Promise<string> {
  const random = createRandom(seed);
  const hash = createHash('sha256');
  for (let left = BYTES_EACH_WAY; left > 0;) {
    const size = Math.min(left, 1 + Math.floor(random.next() * LARGEST_WRITE));
    const start = Math.floor(random.next() * (TABLE.length - size));
    const part = TABLE.subarray(start, start + size);
    left -= size;
    hash.update(part);
    if (!socket.write(part)) await once(socket, 'drain');
    await pause(random.next() * 80);
  }
  return hash.digest('hex');
}

function hashOf(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Adds, updates and removes toxics that must not lose data, at random; answers how often. */
async function torment(line: Line, random: Random, over: () => boolean): Promise<number> {
  const int = (below: number) => Math.floor(random.next() * below);
  const kinds = [
    () => ({ type: 'latency', attributes: { latency: int(60), jitter: 1 + int(30) } }),
    () => ({ type: 'bandwidth', attributes: { rate: 400 + int(3) * 400 } }),
    () => ({ type: 'slicer', attributes: { average_size: 400 + int(3000), delay: int(50) } }),
    () => ({ type: 'slow_close', attributes: { delay: int(50) } }),
    () => ({ type: 'noop', attributes: {} }),
  ];
  let changes = 0;
  while (!over()) {
    const name = `t${int(5)}`;
    const toxic = kinds[int(kinds.length)]!();
    const stream = int(2) === 0 ? 'upstream' : 'downstream';
    const step = int(4);
    if (step < 2) {
      await line.call('POST', '/toxics', { name, stream, toxicity: 0.7, ...toxic });
    } else if (step === 2) {
      const { attributes } = toxic;
      await line.call('POST', `/toxics/${name}`, { attributes, toxicity: 0.3 + 0.1 * int(5) });
    } else {
      await line.call('DELETE', `/toxics/${name}`);
    }
    changes += 1;
    await pause(int(10));
  }
  return changes;
}
