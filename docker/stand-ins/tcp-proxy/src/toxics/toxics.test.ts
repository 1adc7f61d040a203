import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../testing/lab.ts';
import { startClient, startPeer } from '../testing/peers.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterEach(async () => {
  await lab.call('POST', '/reset');
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const streams = ['upstream', 'downstream'] as const;

/** Sends `data` through the echo and answers what came back and how long it took, ms. */
async function roundTrip(data: Buffer): Promise<{ back: Buffer; tookMs: number }> {
  using client = await lab.connect();
  const started = performance.now();
  client.socket.write(data);
  const back = await client.has(data.length);
  return { back, tookMs: performance.now() - started };
}

describe.each(streams)('on the %s stream', (stream) => {
  it('latency delays data and adds up', async () => {
    for (const name of ['l1', 'l2']) {
      await lab.addToxic({ name, type: 'latency', stream, attributes: { latency: 40 } });
    }
    const { back, tookMs } = await roundTrip(Buffer.from('hello'));
    expect(back.toString()).toBe('hello');
    expect(tookMs).toBeGreaterThanOrEqual(80);
  });

  it('latency with jitter keeps the order of bytes', async () => {
    await lab.addToxic({ type: 'latency', stream, attributes: { latency: 5, jitter: 5 } });
    using client = await lab.connect();
    const parts = Array.from({ length: 50 }, () => randomBytes(100));
    for (const part of parts) {
      client.socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.has(5000)).toEqual(Buffer.concat(parts));
  });

  it('bandwidth limits the rate', async () => {
    await lab.addToxic({ type: 'bandwidth', stream, attributes: { rate: 500 } });
    const data = randomBytes(100_000);
    const { back, tookMs } = await roundTrip(data);
    expect(back).toEqual(data);
    expect(tookMs).toBeGreaterThanOrEqual(190);
  });

  it('bandwidth of 0 holds data until the toxic goes', async () => {
    await lab.addToxic({ name: 'b', type: 'bandwidth', stream, attributes: { rate: 0 } });
    using client = await lab.connect();
    client.socket.write('held');
    const link = async () =>
      ((await lab.call('GET', '/connections')).json as Traffic[])[0]!.connections.at(-1)![stream];
    await expect.poll(async () => (await link()).held_bytes).toBeGreaterThan(0);
    expect(client.received().length).toBe(0);
    await lab.call('DELETE', '/proxies/line/toxics/b');
    expect((await client.has(4)).toString()).toBe('held');
  });

  it('slicer cuts data and loses none', async () => {
    const attributes = { average_size: 64, size_variation: 16, delay: 10 };
    await lab.addToxic({ type: 'slicer', stream, attributes });
    const data = randomBytes(20_000);
    expect((await roundTrip(data)).back).toEqual(data);
  });

  it('limit_data lets exactly that many bytes through, then closes', async () => {
    await lab.addToxic({ type: 'limit_data', stream, attributes: { bytes: 1000 } });
    lab.echo.forget();
    using client = await lab.connect();
    client.socket.write(randomBytes(3000));
    expect(await client.over).toBe('end');
    const limited = stream === 'downstream' ? client.received().length : lab.echo.receivedBytes();
    expect(limited).toBe(1000);
  });

  it('timeout drops data and closes after a quiet time', async () => {
    await lab.addToxic({ type: 'timeout', stream, attributes: { timeout: 50 } });
    using client = await lab.connect();
    client.socket.write('lost');
    expect(await client.over).toBe('end');
    expect(client.received().length).toBe(0);
  });

  it('timeout of 0 stays silent, and closes the connection when it is removed', async () => {
    await lab.addToxic({ name: 't', type: 'timeout', stream });
    using client = await lab.connect();
    client.socket.write('lost');
    await expect.poll(() => lab.echo.sockets.at(-1)?.readyState).toBe('open');
    await lab.call('DELETE', '/proxies/line/toxics/t');
    expect(await client.over).toBe('end');
    expect(client.received().length).toBe(0);
  });

  it('reset_peer resets a connection that was open before the toxic came', async () => {
    using client = await lab.connect();
    client.socket.write('one');
    await client.has(3);
    await lab.addToxic({ type: 'reset_peer', stream, attributes: { timeout: 20 } });
    client.socket.write('two');
    expect(await client.over).toBe('ECONNRESET');
    expect(client.received().toString()).toBe('one');
  });

  it('reset_peer that is removed in time lets the data and the connection live', async () => {
    const name = 'r';
    await lab.addToxic({ name, type: 'reset_peer', stream, attributes: { timeout: 60_000 } });
    using client = await lab.connect();
    client.socket.write('saved');
    await lab.call('DELETE', '/proxies/line/toxics/r');
    expect((await client.has(5)).toString()).toBe('saved');
  });

  it('slow_close delays the end of the stream only', async () => {
    await lab.addToxic({ type: 'slow_close', stream, attributes: { delay: 80 } });
    using client = await lab.connect();
    const started = performance.now();
    client.socket.end('data');
    await client.has(4);
    expect(await client.over).toBe('end');
    expect(performance.now() - started).toBeGreaterThanOrEqual(80);
  });

  it('packet_loss drops every chunk at a rate of 1', async () => {
    await lab.addToxic({ name: 'p', type: 'packet_loss', stream, attributes: { loss_rate: 1 } });
    using client = await lab.connect();
    client.socket.end('lost');
    expect(await client.over).toBe('end');
    expect(client.received().length).toBe(0);
  });

  it('packet_loss in mode retransmit delays data and keeps it', async () => {
    const attributes = { loss_rate: 0.1, mode: 'retransmit' };
    await lab.addToxic({ type: 'packet_loss', stream, seed: 1, attributes });
    const data = randomBytes(300_000);
    expect((await roundTrip(data)).back).toEqual(data);
  });

  it('noop changes nothing', async () => {
    await lab.addToxic({ type: 'noop', stream });
    expect((await roundTrip(Buffer.from('x'))).back.toString()).toBe('x');
  });

  it('a toxicity of 0 spares every link, and of 1 hits every link', async () => {
    await lab.addToxic({ type: 'packet_loss', stream, toxicity: 0, attributes: { loss_rate: 1 } });
    expect((await roundTrip(Buffer.from('spared'))).back.toString()).toBe('spared');
  });
});

interface LinkView {
  held_bytes: number;
  toxics: { name: string; acting: boolean }[];
}
interface Traffic {
  connections: Record<(typeof streams)[number], LinkView>[];
}

describe('toxicity', () => {
  it('of one half hits about half of the links, the same ones for the same seed', async () => {
    const draws = async (seed: number) => {
      await lab.addToxic({ name: 't', type: 'noop', seed, toxicity: 0.5 });
      const clients = [];
      for (let count = 0; count < 100; count += 1) {
        const client = await lab.connect();
        client.socket.write('x');
        await client.has(1);
        clients.push(client);
      }
      const { connections } = ((await lab.call('GET', '/connections')).json as Traffic[])[0]!;
      const acting = connections.map(({ downstream }) => downstream.toxics[0]?.acting);
      for (const client of clients) client.socket.destroy();
      await expect
        .poll(
          async () => ((await lab.call('GET', '/connections')).json as Traffic[])[0]!.connections,
        )
        .toEqual([]);
      await lab.call('POST', '/reset');
      return acting;
    };
    const first = await draws(7);
    expect(first.length).toBe(100);
    expect(first.filter(Boolean).length).toBeGreaterThan(30);
    expect(first.filter(Boolean).length).toBeLessThan(70);
    expect(await draws(7)).toEqual(first);
    expect(await draws(8)).not.toEqual(first);
  });
});

describe('changes on live connections', () => {
  it('an update releases the chunk that waits', async () => {
    await lab.addToxic({ name: 'l', type: 'latency', attributes: { latency: 60_000 } });
    using client = await lab.connect();
    client.socket.write('now');
    await expect
      .poll(async () => {
        const { json } = await lab.call('GET', '/connections');
        return (json as Traffic[])[0]!.connections.at(-1)!.downstream.held_bytes;
      })
      .toBeGreaterThan(0);
    await lab.call('POST', '/proxies/line/toxics/l', { attributes: { latency: 50_000 } });
    expect((await client.has(3)).toString()).toBe('now');
  });

  it('a reset heals the line at once', async () => {
    await lab.addToxic({ type: 'latency', attributes: { latency: 60_000 } });
    using client = await lab.connect();
    client.socket.write('now');
    await lab.call('POST', '/reset');
    expect((await client.has(3)).toString()).toBe('now');
  });

  it('disabling closes connections and refuses new ones; enabling takes the same port', async () => {
    using client = await lab.connect();
    client.socket.write('x');
    await client.has(1);
    await lab.call('POST', '/proxies/line', { enabled: false });
    expect(await client.over).toBe('end');
    await expect(lab.connect()).rejects.toThrow('ECONNREFUSED');
    await lab.call('POST', '/proxies/line', { enabled: true });
    expect((await roundTrip(Buffer.from('back'))).back.toString()).toBe('back');
  });

  it('an update that changes nothing leaves connections alone', async () => {
    using client = await lab.connect();
    await lab.call('POST', '/proxies/line', { listen: lab.listen, upstream: lab.echo.address });
    client.socket.write('alive');
    expect((await client.has(5)).toString()).toBe('alive');
  });
});

describe('ends of connections', () => {
  it('keeps a half-closed connection open for the reply', async () => {
    await using late = await startPeer((socket) => {
      socket.resume();
      socket.once('end', () => setTimeout(() => socket.end('late reply'), 50));
    });
    await using own = await startLab({}, late);
    using client = await own.connect();
    client.socket.end('request');
    expect((await client.has(10)).toString()).toBe('late reply');
    expect(await client.over).toBe('end');
  });

  it('closes both ways at the first end when half-close is off', async () => {
    await using silent = await startPeer((socket) => socket.resume());
    await using own = await startLab({ halfClose: false }, silent);
    using client = await own.connect();
    client.socket.end('request');
    expect(await client.over).toBe('end');
  });

  it('accepts and then closes when the upstream refuses', async () => {
    const gone = await startPeer();
    await gone[Symbol.asyncDispose]();
    await lab.call('POST', '/proxies', {
      name: 'gone',
      upstream: gone.address,
      listen: '127.0.0.1:0',
    });
    const { listen } = (await lab.call('GET', '/proxies/gone')).json as { listen: string };
    using client = await startClient(listen);
    expect(await client.over).toBe('end');
    await lab.call('DELETE', '/proxies/gone');
  });

  it('holds the writer back while the reader does not read', async () => {
    await using deaf = await startPeer((socket) => socket.pause());
    await using own = await startLab({ bufferBytes: 1024 * 1024 }, deaf);
    await own.addToxic({ type: 'latency', stream: 'upstream', attributes: { latency: 60_000 } });
    using client = await own.connect();
    const block = Buffer.alloc(1024 * 1024);
    while (client.socket.writableLength < 16 * block.length) client.socket.write(block);
    const held = async () => {
      const { json } = await own.call('GET', '/connections');
      return (json as Traffic[])[0]!.connections[0]!.upstream.held_bytes;
    };
    await expect.poll(held).toBeGreaterThanOrEqual(1024 * 1024);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await held()).toBeLessThan(1024 * 1024 + 128 * 1024);
  });

  it('a reset by the client reaches the server as an end', async () => {
    using client = await lab.connect();
    client.socket.write('x');
    await client.has(1);
    const accepted = lab.echo.sockets.at(-1)!;
    const closed = once(accepted, 'close');
    client.socket.resetAndDestroy();
    await closed;
  });
});
