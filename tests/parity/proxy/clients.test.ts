import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Toxiproxy, type Latency } from 'toxiproxy-node-client';
import { describe, expect, it } from 'vitest';
import { findToxiproxy, titleOf } from '../../real-parts/parts.ts';
import { createLine, roundTrip } from './line.ts';
import { startServer } from './peers.ts';
import { startBoth, SUBJECTS, TOXIPROXY_IS_MISSING, type Subject } from './subjects.ts';

const run = promisify(execFile);

describe.each(SUBJECTS)('$title', ({ start, missing }) => {
  it.skipIf(missing)('is driven by toxiproxy-node-client', async () => {
    await using subject = await start();
    await using upstream = await startServer({ echo: true });
    const client = new Toxiproxy(subject.url);
    const body = { name: 'line', listen: '127.0.0.1:0', upstream: upstream.address };
    const proxy = await client.createProxy(body);
    const toxic = await proxy.addToxic<Latency>({
      name: 'slow',
      type: 'latency',
      stream: 'upstream',
      toxicity: 1,
      attributes: { latency: 5, jitter: 1 },
    });
    const changed = { ...toxic.toJson(), attributes: { latency: 9, jitter: 1 } };
    expect((await toxic.update(changed)).attributes.latency).toBe(9);
    expect((await proxy.getToxic<Latency>('slow')).attributes).toEqual({ latency: 9, jitter: 1 });
    const { listen } = proxy;
    const down = await proxy.update({ enabled: false, listen, upstream: proxy.upstream });
    expect(down.enabled).toBe(false);
    await client.reset();
    expect((await client.get('line')).enabled).toBe(true);
    await expect(proxy.getToxic('slow')).rejects.toThrow('404');
    const more = [{ name: 'more', listen: '127.0.0.1:0', upstream: upstream.address }];
    expect(Object.keys(await client.populate(more))).toEqual(['more']);
    await proxy.remove();
    expect(Object.keys(await client.getAll())).toEqual(['more']);
  });

  it.skipIf(missing)('reads a config file, and runs without one that is broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tcp-proxy-parity-'));
    const good = join(folder, 'good.json');
    const bad = join(folder, 'bad.json');
    const entry = { name: 'line', listen: '127.0.0.1:0', upstream: '127.0.0.1:9' };
    await writeFile(good, JSON.stringify([entry, { ...entry, name: 'off', enabled: false }]));
    await writeFile(bad, '[{');
    await using subject = await start(['-config', good]);
    expect((await subject.call('GET', '/proxies')).json).toMatchObject({
      line: { enabled: true, upstream: '127.0.0.1:9', toxics: [] },
      off: { enabled: false, listen: '127.0.0.1:0' },
    });
    await using other = await start(['-config', bad]);
    expect((await other.call('GET', '/proxies')).json).toEqual({});
    await rm(folder, { recursive: true });
  });

  it.skipIf(missing)('counts the bytes of a connection that has ended', async () => {
    await using subject = await start(['-proxy-metrics']);
    await using line = await createLine(subject);
    const { client, server } = await line.open();
    await roundTrip({ client, server, from: () => client, to: () => server });
    client.socket.write('more');
    await server.has(8);
    client.socket.end();
    await server.over;
    server.socket.end();
    await client.over;
    const labels = (direction: string) =>
      `{direction="${direction}",listener="${line.listen}",proxy="${line.name}",upstream="${line.upstream.address}"}`;
    const wanted = [
      `toxiproxy_proxy_received_bytes_total${labels('upstream')} 8`,
      `toxiproxy_proxy_received_bytes_total${labels('downstream')} 4`,
      `toxiproxy_proxy_sent_bytes_total${labels('upstream')} 8`,
      `toxiproxy_proxy_sent_bytes_total${labels('downstream')} 4`,
    ];
    // The last connection is counted a moment after its peers have seen its end.
    await expect
      .poll(async () => (await subject.call('GET', '/metrics')).text.split('\n'), {
        timeout: 20_000,
      })
      .toEqual(expect.arrayContaining(wanted));
    expect((await subject.call('GET', '/metrics')).headers['content-type']).toContain(
      'text/plain; version=0.0.4',
    );
  });
});

describe.skipIf(TOXIPROXY_IS_MISSING)(titleOf('toxiproxy-cli', TOXIPROXY_IS_MISSING), () => {
  const commands = [
    ['list'],
    ['create', '--listen', '127.0.0.1:0', '--upstream', '127.0.0.1:9', 'line'],
    ['create', '--listen', '127.0.0.1:0', '--upstream', '127.0.0.1:9', 'line'],
    ['toxic', 'add', '-t', 'latency', '-a', 'latency=100', '-a', 'jitter=5', 'line'],
    ['toxic', 'add', '-t', 'bandwidth', '-n', 'thin', '-tox', '0.5', '-a', 'rate=10', '-u', 'line'],
    ['toxic', 'add', '-t', 'nothing', 'line'],
    ['inspect', 'line'],
    ['toxic', 'update', '-n', 'thin', '-a', 'rate=20', 'line'],
    ['toxic', 'remove', '-n', 'thin', 'line'],
    ['toxic', 'remove', '-n', 'thin', 'line'],
    ['toggle', 'line'],
    ['list'],
    ['toggle', 'line'],
    ['inspect', 'nobody'],
    ['delete', 'line'],
    ['list'],
  ];

  it('prints the same about both servers, command by command', async () => {
    await using both = await startBoth();
    for (const command of commands) {
      expect(await runCli(both.here, command)).toEqual(await runCli(both.toxiproxy, command));
    }
  });
});

async function runCli(subject: Subject, command: readonly string[]): Promise<object> {
  const cli = findToxiproxy()!.cli;
  const outcome = await run(cli, ['-h', subject.url, ...command]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
  const shown = (text: string) =>
    text.replaceAll(subject.url, 'API').replace(/127\.0\.0\.1:\d{4,5}/g, '127.0.0.1:PORT');
  return {
    command: command.join(' '),
    code: outcome.code,
    stdout: shown(outcome.stdout),
    stderr: shown(outcome.stderr),
  };
}
