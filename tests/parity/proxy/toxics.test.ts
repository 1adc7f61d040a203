import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLine, roundTrip, STREAMS } from './line.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

/** A time that no test waits for: whatever passes was let through. */
const FOREVER_MS = 3_600_000;

/** Clocks of two processes are read at different moments of the same millisecond. */
const GRAIN_MS = 2;

describe.each(SUBJECTS)('$title', ({ start, missing }) => {
  let subject: Subject;

  beforeAll(async () => {
    if (!missing) subject = await start();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });

  describe.skipIf(missing).each(STREAMS)('toxics on the %s stream', (stream) => {
    const line = (options?: { echo: boolean }) => createLine(subject, options);

    it('latency delays each chunk by at least its time, two latencies by their sum', async () => {
      await using proxy = await line();
      const connection = await proxy.open();
      await proxy.add({ name: 'a', type: 'latency', stream, attributes: { latency: 80 } });
      await proxy.add({ name: 'b', type: 'latency', stream, attributes: { latency: 70 } });
      for (let chunk = 1; chunk <= 3; chunk += 1) {
        const began = performance.now();
        connection.from(stream).socket.write('x');
        await connection.to(stream).has(chunk);
        expect(performance.now() - began).toBeGreaterThanOrEqual(150 - GRAIN_MS);
      }
    });

    it('latency overlaps: chunks do not wait for each other', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'latency', stream, attributes: { latency: 400 } });
      const began = performance.now();
      for (let chunk = 0; chunk < 40; chunk += 1) {
        from(stream).socket.write('0123456789');
        await pause(5);
      }
      await to(stream).has(400);
      // One after the other they would take 16 s.
      expect(performance.now() - began).toBeLessThan(8000);
    });

    it('jitter keeps the order and stays within its bounds', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'latency', stream, attributes: { latency: 60, jitter: 40 } });
      const data = randomBytes(2000);
      const began = performance.now();
      for (let chunk = 0; chunk < 20; chunk += 1) {
        from(stream).socket.write(data.subarray(chunk * 100, chunk * 100 + 100));
        await pause(3);
      }
      expect(await to(stream).has(2000)).toEqual(data);
      expect(performance.now() - began).toBeGreaterThanOrEqual(20 - GRAIN_MS);
    });

    it('latency holds no bare end back', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'latency', stream, attributes: { latency: FOREVER_MS } });
      from(stream).socket.end();
      expect(await to(stream).over).toBe('end');
    });

    it('an end follows the data that latency delays', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'latency', stream, attributes: { latency: 100 } });
      const began = performance.now();
      from(stream).socket.end('last words');
      expect(await to(stream).over).toBe('end');
      expect(to(stream).received().toString()).toBe('last words');
      expect(performance.now() - began).toBeGreaterThanOrEqual(100 - GRAIN_MS);
    });

    it('an update of latency releases the chunk in hand', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ name: 'slow', type: 'latency', stream, attributes: { latency: 0 } });
      from(stream).socket.write('through');
      await to(stream).has(7);
      await proxy.update('slow', { attributes: { latency: FOREVER_MS } });
      from(stream).socket.write('held');
      await pause(100);
      expect(to(stream).received()).toHaveLength(7);
      await proxy.update('slow', { attributes: { latency: FOREVER_MS - 1 } });
      expect((await to(stream).has(11)).toString()).toBe('throughheld');
    });

    it('removing latency releases everything it holds, in order', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({
        name: 'slow',
        type: 'latency',
        stream,
        attributes: { latency: FOREVER_MS },
      });
      const data = randomBytes(50_000);
      for (let chunk = 0; chunk < 10; chunk += 1) {
        from(stream).socket.write(data.subarray(chunk * 5000, chunk * 5000 + 5000));
        await pause(2);
      }
      await pause(100);
      expect(to(stream).received()).toHaveLength(0);
      await proxy.remove('slow');
      expect(await to(stream).has(50_000)).toEqual(data);
    });

    it('bandwidth takes the time that its rate allows', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'bandwidth', stream, attributes: { rate: 100 } });
      const data = randomBytes(60_000);
      const began = performance.now();
      from(stream).socket.write(data);
      expect(await to(stream).has(60_000)).toEqual(data);
      expect(performance.now() - began).toBeGreaterThanOrEqual(600 * 0.95);
    });

    it('bandwidth 0 holds all data until it goes', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ name: 'none', type: 'bandwidth', stream });
      const data = randomBytes(100_000);
      from(stream).socket.write(data);
      await pause(150);
      expect(to(stream).received()).toHaveLength(0);
      await proxy.remove('none');
      expect(await to(stream).has(100_000)).toEqual(data);
    });

    it('a higher rate frees a stream at once', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ name: 'rate', type: 'bandwidth', stream, attributes: { rate: 1 } });
      const data = randomBytes(200_000);
      const began = performance.now();
      from(stream).socket.write(data);
      await to(stream).has(1);
      await proxy.update('rate', { attributes: { rate: 1_000_000 } });
      expect(await to(stream).has(200_000)).toEqual(data);
      // At 1 KB/s it would take 200 s.
      expect(performance.now() - began).toBeLessThan(60_000);
    });

    it('slow_close holds the end back, not the data', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'slow_close', stream, attributes: { delay: 300 } });
      const began = performance.now();
      from(stream).socket.end('data');
      await to(stream).has(4);
      expect(await to(stream).over).toBe('end');
      expect(performance.now() - began).toBeGreaterThanOrEqual(300 - GRAIN_MS);
    });

    it('removing slow_close lets a held end go at once', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ name: 'c', type: 'slow_close', stream, attributes: { delay: FOREVER_MS } });
      from(stream).socket.end('data');
      await to(stream).has(4);
      await pause(50);
      await proxy.remove('c');
      expect(await to(stream).over).toBe('end');
    });

    it('timeout 0 drops all data and closes only when it goes', async () => {
      await using proxy = await line();
      const connection = await proxy.open();
      const other = stream === 'upstream' ? 'downstream' : 'upstream';
      await proxy.add({ name: 'hole', type: 'timeout', stream });
      for (let chunk = 0; chunk < 5; chunk += 1) {
        connection.from(stream).socket.write('lost');
        connection.from(other).socket.write('kept');
        await connection.to(other).has(4 * (chunk + 1));
      }
      await proxy.remove('hole');
      expect(await connection.to(stream).over).toBe('end');
      expect(connection.to(stream).received()).toHaveLength(0);
      expect(await connection.from(stream).over).toBe('end');
    });

    it('timeout closes after its time, not before', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      const began = performance.now();
      await proxy.add({ type: 'timeout', stream, attributes: { timeout: 250 } });
      from(stream).socket.write('lost');
      expect(await to(stream).over).toBe('end');
      expect(performance.now() - began).toBeGreaterThanOrEqual(250 - GRAIN_MS);
      expect(to(stream).received()).toHaveLength(0);
    });

    it('each chunk that timeout drops restarts its clock', async () => {
      const timeout = 400;
      const restarted = async (): Promise<boolean> => {
        await using proxy = await line();
        const { from, to } = await proxy.open();
        await proxy.add({ type: 'timeout', stream, attributes: { timeout } });
        let longestGapMs = 0;
        let lastMs = performance.now();
        for (let chunk = 0; chunk < 8; chunk += 1) {
          from(stream).socket.write('lost');
          await pause(100);
          longestGapMs = Math.max(longestGapMs, performance.now() - lastMs);
          if (chunk < 7) lastMs = performance.now();
        }
        await to(stream).over;
        // A machine that stalls lets the time run out: then nothing was shown.
        if (longestGapMs > timeout / 2) return false;
        expect(performance.now() - lastMs).toBeGreaterThanOrEqual(timeout - GRAIN_MS);
        return true;
      };
      for (let attempt = 0; attempt < 10 && !(await restarted()); attempt += 1);
    });

    it('reset_peer resets both ends, its time after the first data', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'reset_peer', stream, attributes: { timeout: 150 } });
      const { from, to, client, server } = await proxy.open();
      const began = performance.now();
      from(stream).socket.write('never seen');
      expect(await client.over).toBe('reset');
      expect(await server.over).toBe('reset');
      expect(performance.now() - began).toBeGreaterThanOrEqual(150 - GRAIN_MS);
      expect(to(stream).received()).toHaveLength(0);
    });

    it('reset_peer shows no orderly end before the reset, however often', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'reset_peer', stream });
      for (let round = 0; round < 30; round += 1) {
        const { from, client, server } = await proxy.open();
        from(stream).socket.write('never seen');
        expect(await Promise.all([client.over, server.over])).toEqual(['reset', 'reset']);
      }
    });

    it('reset_peer leaves a silent connection alone', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'reset_peer', stream });
      const { from, to } = await proxy.open();
      const other = stream === 'upstream' ? 'downstream' : 'upstream';
      from(other).socket.write('other direction');
      await to(other).has(15);
    });

    it('slicer cuts chunks into pieces and pauses after each', async () => {
      let mostReads = 0;
      // Pieces may meet again in a reader that is late, but not each time.
      for (let round = 0; round < 10 && mostReads < 2; round += 1) {
        await using proxy = await line();
        const attributes = { average_size: 100, size_variation: 20, delay: 20_000 };
        await proxy.add({ type: 'slicer', stream, attributes });
        const { from, to } = await proxy.open();
        const data = randomBytes(1000);
        const began = performance.now();
        from(stream).socket.write(data);
        expect(await to(stream).has(1000)).toEqual(data);
        // 1000 bytes make at least 9 pieces of at most 120 bytes: 8 pauses before the last one.
        expect(performance.now() - began).toBeGreaterThanOrEqual(8 * 20 - GRAIN_MS);
        mostReads = Math.max(mostReads, to(stream).reads.length);
      }
      expect(mostReads).toBeGreaterThan(1);
    });

    it('removing slicer sends the rest in one piece', async () => {
      await using proxy = await line();
      const attributes = { average_size: 10, delay: 2_000_000 };
      await proxy.add({ name: 'cut', type: 'slicer', stream, attributes });
      const { from, to } = await proxy.open();
      const data = randomBytes(5000);
      from(stream).socket.write(data);
      await to(stream).has(1);
      expect(to(stream).reads[0]).toBeLessThanOrEqual(20);
      await proxy.remove('cut');
      expect(await to(stream).has(5000)).toEqual(data);
    });

    it('limit_data lets exactly its bytes through, cuts a chunk, and closes', async () => {
      await using proxy = await line();
      const connection = await proxy.open();
      await roundTrip(connection);
      await proxy.add({ type: 'limit_data', stream, attributes: { bytes: 1500 } });
      const data = randomBytes(4000);
      connection.from(stream).socket.write(data.subarray(0, 1000));
      await connection.to(stream).has(1004);
      connection.from(stream).socket.write(data.subarray(1000));
      expect(await connection.to(stream).over).toBe('end');
      expect(connection.to(stream).received().subarray(4)).toEqual(data.subarray(0, 1500));
    });

    it('limit_data closes as soon as exactly its bytes have passed', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'limit_data', stream, attributes: { bytes: 100 } });
      const { from, to } = await proxy.open();
      from(stream).socket.write(Buffer.alloc(100));
      expect(await to(stream).over).toBe('end');
      expect(to(stream).received()).toHaveLength(100);
    });

    it('limit_data keeps its count over updates and closes below it at the next chunk', async () => {
      await using proxy = await line();
      await proxy.add({ name: 'cap', type: 'limit_data', stream, attributes: { bytes: 1000 } });
      const { from, to } = await proxy.open();
      from(stream).socket.write(Buffer.alloc(600));
      await to(stream).has(600);
      await proxy.update('cap', { attributes: { bytes: 900 } });
      from(stream).socket.write(Buffer.alloc(200));
      await to(stream).has(800);
      await proxy.update('cap', { attributes: { bytes: 300 } });
      from(stream).socket.write(Buffer.alloc(10));
      expect(await to(stream).over).toBe('end');
      expect(to(stream).received()).toHaveLength(800);
    });

    it('limit_data 0 closes at the first data', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'limit_data', stream });
      const { from, to } = await proxy.open();
      from(stream).socket.write('x');
      expect(await to(stream).over).toBe('end');
      expect(to(stream).received()).toHaveLength(0);
    });

    it('noop passes everything', async () => {
      await using proxy = await line();
      await proxy.add({ type: 'noop', stream });
      const connection = await proxy.open();
      await roundTrip(connection);
      connection.from(stream).socket.end();
      expect(await connection.to(stream).over).toBe('end');
    });

    it('no toxic of the other stream is met', async () => {
      await using proxy = await line();
      const other = stream === 'upstream' ? 'downstream' : 'upstream';
      for (const type of ['bandwidth', 'timeout']) await proxy.add({ type, stream: other });
      const { from, to } = await proxy.open();
      from(stream).socket.write('free');
      await to(stream).has(4);
    });

    it('toxics act in the order of their creation', async () => {
      await using proxy = await line();
      await proxy.add({ name: 'cap', type: 'limit_data', stream, attributes: { bytes: 5 } });
      await proxy.add({ name: 'slow', type: 'latency', stream, attributes: { latency: 100 } });
      const { from, to } = await proxy.open();
      const began = performance.now();
      from(stream).socket.write('0123456789');
      expect(await to(stream).over).toBe('end');
      expect(to(stream).received().toString()).toBe('01234');
      expect(performance.now() - began).toBeGreaterThanOrEqual(100 - GRAIN_MS);
    });

    it('a slow reader gets everything, and its sender has to wait meanwhile', async () => {
      await using proxy = await line();
      const { from, to } = await proxy.open();
      await proxy.add({ type: 'latency', stream, attributes: { latency: 1 } });
      to(stream).socket.pause();
      const block = randomBytes(1024 * 1024);
      let sent = 0;
      let waits = 0;
      const sending = (async () => {
        for (; sent < 48; sent += 1) {
          if (from(stream).socket.write(block)) continue;
          waits += 1;
          await once(from(stream).socket, 'drain');
        }
      })();
      for (let before = -1; before !== sent || sent === 0;) {
        before = sent;
        await pause(300);
      }
      expect(sent).toBeLessThan(48);
      expect(waits).toBeGreaterThan(0);
      to(stream).socket.resume();
      await sending;
      const all = await to(stream).has(48 * block.length);
      for (let index = 0; index < 48; index += 1) {
        const part = all.subarray(index * block.length, (index + 1) * block.length);
        expect(part.equals(block)).toBe(true);
      }
    });
  });
});
