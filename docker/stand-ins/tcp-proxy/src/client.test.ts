import { Toxiproxy, type Latency } from 'toxiproxy-node-client';
import { expect, it } from 'vitest';
import { startLab } from './testing/lab.ts';

it('is driven by toxiproxy-node-client as Toxiproxy is', async () => {
  await using lab = await startLab();
  const client = new Toxiproxy(lab.proxy.url);
  expect(await client.getVersion()).toContain('2.12.0');

  const made = await client.createProxy({
    name: 'made',
    listen: '127.0.0.1:0',
    upstream: lab.echo.address,
  });
  const toxic = await made.addToxic<Latency>({
    name: 'slow',
    type: 'latency',
    stream: 'upstream',
    toxicity: 1,
    attributes: { latency: 5, jitter: 1 },
  });
  const updated = await toxic.update({ ...toxic.toJson(), attributes: { latency: 9, jitter: 1 } });
  expect(updated.attributes.latency).toBe(9);
  expect((await made.getToxic<Latency>('slow')).attributes).toEqual({ latency: 9, jitter: 1 });

  const disabled = await made.update({
    enabled: false,
    listen: made.listen,
    upstream: made.upstream,
  });
  expect(disabled.enabled).toBe(false);
  await client.reset();
  expect((await client.get('made')).enabled).toBe(true);
  await expect(made.getToxic('slow')).rejects.toThrow('404');

  const body = [{ name: 'more', listen: '127.0.0.1:0', upstream: lab.echo.address }];
  expect(Object.keys(await client.populate(body))).toEqual(['more']);
  await made.remove();
  expect(Object.keys(await client.getAll())).toEqual(['line', 'more']);
});
