import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_TOXIC } from './api-scripts.ts';
import { fairBounds } from './binomial.ts';
import { createLine, roundTrip, STREAMS, type Line, type Stream } from './line.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

const CONNECTIONS = 200;
const FOREVER_MS = 3_600_000;

describe.each(SUBJECTS)('$title', ({ start, missing }) => {
  let subject: Subject;

  beforeAll(async () => {
    if (!missing) subject = await start();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });

  describe.skipIf(missing).each(STREAMS)('toxicity on the %s stream', (stream) => {
    it.each(EVERY_TOXIC)('0 spares every link from $type', async ({ type, attributes }) => {
      await using line = await createLine(subject);
      const live = await line.open();
      await line.add({ type, stream, attributes, toxicity: 0 });
      const fresh = await line.open();
      for (const connection of [live, fresh]) {
        await roundTrip(connection);
        const data = Buffer.alloc(20_000, 'x');
        connection.from(stream).socket.write(data);
        expect(await connection.to(stream).has(20_004)).toHaveLength(20_004);
      }
    });

    it('0.5 hits one link in two, drawn when a connection opens', async () => {
      await using line = await createLine(subject);
      await line.add({ type: 'limit_data', stream, toxicity: 0.5 });
      const hits = await countHits(line, stream, []);
      expect(hits).toBeGreaterThanOrEqual(fairBounds(CONNECTIONS).least);
      expect(hits).toBeLessThanOrEqual(fairBounds(CONNECTIONS).most);
    });

    it('0.5 hits one link in two, drawn when the toxic is added to live connections', async () => {
      await using line = await createLine(subject);
      const opened = [];
      for (let index = 0; index < CONNECTIONS; index += 1) opened.push(await line.open());
      // The proxy has taken a connection up once something has passed.
      await Promise.all(opened.map(roundTrip));
      await line.add({ type: 'limit_data', stream, toxicity: 0.5 });
      const hits = await countHits(line, stream, opened);
      expect(hits).toBeGreaterThanOrEqual(fairBounds(CONNECTIONS).least);
      expect(hits).toBeLessThanOrEqual(fairBounds(CONNECTIONS).most);
    });

    it('0.5 draws again at each update', async () => {
      await using line = await createLine(subject);
      const opened = [];
      for (let index = 0; index < 64; index += 1) opened.push(await line.open());
      await Promise.all(opened.map(roundTrip));
      await line.add({ name: 'cap', type: 'limit_data', stream, toxicity: 0.5 });
      let left = opened;
      // A draw that stood once and for all would leave those that the first one spared.
      for (let round = 0; round < 40 && left.length > 0; round += 1) {
        const fates = await Promise.all(left.map((connection) => isHit(connection, stream)));
        left = left.filter((_connection, index) => !fates[index]);
        await line.update('cap', { toxicity: 0.5 });
      }
      expect(left).toHaveLength(0);
    });

    it('changes on live connections: from 0 to 1 and back', async () => {
      await using line = await createLine(subject);
      const connection = await line.open();
      await line.add({
        name: 'slow',
        type: 'latency',
        stream,
        toxicity: 0,
        attributes: { latency: FOREVER_MS },
      });
      await roundTrip(connection);
      await line.update('slow', { toxicity: 1 });
      connection.from(stream).socket.write('held');
      const other: Stream = stream === 'upstream' ? 'downstream' : 'upstream';
      connection.from(other).socket.write('free');
      await connection.to(other).has(8);
      expect(connection.to(stream).received()).toHaveLength(4);
      await line.update('slow', { toxicity: 0 });
      await connection.to(stream).has(8);
      await roundTrip(connection);
    });

    it('removing a timeout closes even those it had spared', async () => {
      await using line = await createLine(subject);
      const connection = await line.open();
      await line.add({ name: 'hole', type: 'timeout', stream, toxicity: 0 });
      await roundTrip(connection);
      await line.remove('hole');
      expect(await connection.to(stream).over).toBe('end');
    });
  });
});

type Opened = Awaited<ReturnType<Line['open']>>;

/** How many of `opened`, or of as many new connections, a `limit_data` of 0 bytes has closed. */
async function countHits(line: Line, stream: Stream, opened: readonly Opened[]): Promise<number> {
  const connections = [...opened];
  while (connections.length < CONNECTIONS) connections.push(await line.open());
  const fates = await Promise.all(connections.map((connection) => isHit(connection, stream)));
  return fates.filter(Boolean).length;
}

async function isHit({ from, to }: Opened, stream: Stream): Promise<boolean> {
  const before = to(stream).received().length;
  from(stream).socket.write('x');
  return to(stream)
    .has(before + 1)
    .then(
      () => false,
      () => true,
    );
}
