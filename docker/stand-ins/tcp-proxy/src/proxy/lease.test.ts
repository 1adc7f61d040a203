import { createManualClock } from '@faultline/chassis/core';
import { expect, it } from 'vitest';
import { startLab } from '../testing/lab.ts';

const toxicPath = '/proxies/line/toxics/noop_downstream';

it('a toxic with ttl_ms removes itself when the time is over', async () => {
  const clock = createManualClock();
  await using lab = await startLab({ clock });
  expect((await lab.addToxic({ type: 'noop', ttl_ms: 1000 })).json).toMatchObject({
    ttl_ms: 1000,
    left_ms: 1000,
  });
  await clock.advance(999);
  expect((await lab.call('GET', toxicPath)).json).toMatchObject({ left_ms: 1 });
  await clock.advance(1);
  expect((await lab.call('GET', toxicPath)).status).toBe(404);
});

it('an update with ttl_ms renews the lease, one without leaves it, 0 makes it last', async () => {
  const clock = createManualClock();
  await using lab = await startLab({ clock });
  await lab.addToxic({ type: 'noop', ttl_ms: 1000 });
  await clock.advance(900);
  await lab.call('POST', toxicPath, { ttl_ms: 1000 });
  await clock.advance(900);
  await lab.call('PATCH', toxicPath, { toxicity: 0.5 });
  expect((await lab.call('GET', toxicPath)).json).toMatchObject({ left_ms: 100, toxicity: 0.5 });
  await lab.call('PATCH', toxicPath, { ttl_ms: 0 });
  await clock.advance(1_000_000);
  const { json } = await lab.call('GET', toxicPath);
  expect(json).not.toHaveProperty('ttl_ms');
});

it('a toxic that came back under the same name is not taken by the old lease', async () => {
  const clock = createManualClock();
  await using lab = await startLab({ clock });
  await lab.addToxic({ type: 'noop', ttl_ms: 1000 });
  await lab.call('DELETE', toxicPath);
  await lab.addToxic({ type: 'noop' });
  await clock.advance(5000);
  expect((await lab.call('GET', toxicPath)).status).toBe(200);
});

it('a proxy that was disabled with ttl_ms enables itself', async () => {
  const clock = createManualClock();
  await using lab = await startLab({ clock });
  const down = await lab.call('POST', '/proxies/line', { enabled: false, ttl_ms: 1000 });
  expect(down.json).toMatchObject({ enabled: false, ttl_ms: 1000 });
  await expect(lab.connect()).rejects.toThrow('ECONNREFUSED');
  await clock.advance(1000);
  await expect
    .poll(async () => (await lab.call('GET', '/proxies/line')).json)
    .toEqual({
      name: 'line',
      listen: lab.listen,
      upstream: lab.echo.address,
      enabled: true,
      toxics: [],
    });
  using client = await lab.connect();
  client.socket.write('back');
  expect((await client.has(4)).toString()).toBe('back');
});

it('a lease on real time ends on live connections', async () => {
  await using lab = await startLab();
  await lab.addToxic({ type: 'latency', ttl_ms: 60, attributes: { latency: 60_000 } });
  using client = await lab.connect();
  client.socket.write('freed');
  expect((await client.has(5)).toString()).toBe('freed');
});
