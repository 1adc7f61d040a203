import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLine, roundTrip } from './line.ts';
import { dial, isRefused, startServer } from './peers.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

describe.each(SUBJECTS)('$title', ({ start, missing }) => {
  let subject: Subject;

  beforeAll(async () => {
    if (!missing) subject = await start();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
  });

  describe.skipIf(missing)('connections', () => {
    it('are closed and refused while a proxy is down, and taken up again on the same port', async () => {
      await using line = await createLine(subject);
      const live = await line.open();
      await roundTrip(live);
      await line.add({ name: 'kept', type: 'noop' });
      const down = await line.call('POST', '', { enabled: false });
      expect(down.json).toMatchObject({ enabled: false, listen: line.listen });
      expect(await live.client.over).toBe('end');
      expect(await live.server.over).toBe('end');
      expect(await isRefused(line.listen)).toBe(true);
      const up = await line.call('PATCH', '', { enabled: true });
      expect(up.json).toMatchObject({ listen: line.listen, toxics: [{ name: 'kept' }] });
      await roundTrip(await line.open());
    });

    it('are closed with their proxy', async () => {
      await using line = await createLine(subject);
      const { client, server } = await line.open();
      expect((await line.call('DELETE', '')).status).toBe(204);
      expect(await client.over).toBe('end');
      expect(await server.over).toBe('end');
      expect(await isRefused(line.listen)).toBe(true);
    });

    it('are accepted and closed in order when the upstream refuses', async () => {
      const gone = await startServer();
      await gone[Symbol.asyncDispose]();
      await using line = await createLine(subject);
      await line.call('POST', '', { upstream: gone.address });
      const { json } = await line.call('GET', '');
      const client = await dial((json as { listen: string }).listen);
      expect(await client.over).toBe('end');
      client.socket.destroy();
    });

    it('survive an update that changes nothing', async () => {
      await using line = await createLine(subject);
      const live = await line.open();
      await roundTrip(live);
      const same = { listen: line.listen, upstream: line.upstream.address, enabled: true };
      for (const body of [{}, same, { listen: line.listen.replace('127.0.0.1', 'localhost') }]) {
        expect((await line.call('POST', '', body)).status).toBe(200);
        await roundTrip(live);
      }
    });

    it('are closed when the upstream changes; toxics stay', async () => {
      await using line = await createLine(subject);
      await using other = await startServer();
      const live = await line.open();
      await line.add({ name: 'kept', type: 'noop' });
      await line.call('POST', '', { upstream: other.address });
      expect(await live.client.over).toBe('end');
      const { json } = await line.call('GET', '');
      expect(json).toMatchObject({ upstream: other.address, toxics: [{ name: 'kept' }] });
    });

    it('survive a populate that names the same line in other words, and its state stays', async () => {
      await using line = await createLine(subject);
      const live = await line.open();
      await line.add({ name: 'kept', type: 'noop' });
      const listen = line.listen.replace('127.0.0.1', 'localhost');
      const entry = { name: line.name, listen, upstream: line.upstream.address, enabled: false };
      const { status, json } = await subject.call('POST', '/populate', [entry]);
      expect(status).toBe(201);
      expect(json).toMatchObject({ proxies: [{ enabled: true, toxics: [{ name: 'kept' }] }] });
      await roundTrip(live);
    });

    it('are closed by a populate that changes their line; toxics go', async () => {
      await using line = await createLine(subject);
      const live = await line.open();
      await line.add({ type: 'noop' });
      const entry = { name: line.name, listen: line.listen, upstream: '127.0.0.1:9' };
      const { json } = await subject.call('POST', '/populate', [entry]);
      expect(json).toMatchObject({ proxies: [{ upstream: '127.0.0.1:9', toxics: [] }] });
      expect(await live.client.over).toBe('end');
      expect(await live.server.over).toBe('end');
    });

    it('survive a reset, which takes their toxics away', async () => {
      await using line = await createLine(subject);
      const live = await line.open();
      await line.add({ type: 'bandwidth', stream: 'upstream' });
      await line.add({ type: 'bandwidth', stream: 'downstream' });
      live.client.socket.write('held');
      expect((await subject.call('POST', '/reset')).status).toBe(204);
      await live.server.has(4);
      await roundTrip(live);
      expect((await line.call('GET', '/toxics')).json).toEqual([]);
    });

    it('end in order for the other side when one side resets', async () => {
      await using line = await createLine(subject);
      const first = await line.open();
      await roundTrip(first);
      first.client.socket.resetAndDestroy();
      expect(await first.server.over).toBe('end');
      const second = await line.open();
      await roundTrip(second);
      second.server.socket.resetAndDestroy();
      expect(await second.client.over).toBe('end');
    });

    it('deliver what was sent before a close', async () => {
      await using line = await createLine(subject);
      const { client, server } = await line.open();
      const data = Buffer.alloc(3_000_000, 'abc');
      client.socket.end(data);
      expect((await server.has(data.length)).equals(data)).toBe(true);
      expect(await server.over).toBe('end');
    });

    it('carry many clients at once, each to an upstream connection of its own', async () => {
      await using line = await createLine(subject, { echo: true });
      const clients = await Promise.all(Array.from({ length: 100 }, () => dial(line.listen)));
      for (const [index, { socket }] of clients.entries()) socket.write(`client ${index}.`);
      for (const [index, client] of clients.entries()) {
        const wanted = `client ${index}.`;
        expect((await client.has(wanted.length)).toString()).toBe(wanted);
        client.socket.destroy();
      }
      expect(line.upstream.ends).toHaveLength(100);
    });

    it('end with the server at SIGTERM, which answers with exit code 0', async () => {
      await using own = await start();
      await using line = await createLine(own);
      const { client, server } = await line.open();
      const ended = once(own.process, 'exit');
      own.process.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      await Promise.all([client.over, server.over]);
    });
  });
});
