import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryBroker } from './testing/temporary-broker.ts';

const KCAT = '/usr/bin/kcat';

/** Runs kcat, the command line of librdkafka, until it ends. */
async function kcat(port: number, args: string[], input = ''): Promise<string> {
  const child = spawn(
    KCAT,
    ['-b', `127.0.0.1:${port}`, '-q', '-X', 'broker.address.family=v4', ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  child.stdin.end(input);
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.exitCode).toBe(0);
  return output;
}

test.skipIf(!existsSync(KCAT))('kcat lists topics and partitions', async () => {
  await using broker = await temporaryBroker({ topics: [{ name: 'orders', partitions: 2 }] });
  const listing = await kcat(broker.port, ['-L']);
  expect(listing).toContain('topic "orders" with 2 partitions');
  expect(listing).toContain('partition 1, leader 1, replicas: 1, isrs: 1');
});

test.skipIf(!existsSync(KCAT)).each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
  'what kcat produces with codec %s it consumes again',
  async (codec) => {
    await using broker = await temporaryBroker({ topics: [{ name: 't', partitions: 1 }] });
    const lines = Array.from({ length: 200 }, (_, index) => `key${index}:value ${index}\n`).join(
      '',
    );
    const idempotent = ['-X', 'enable.idempotence=true'];
    await kcat(broker.port, ['-P', '-t', 't', '-K:', '-z', codec, ...idempotent], lines);
    expect(await kcat(broker.port, ['-C', '-t', 't', '-e', '-K:', '-o', 'beginning'])).toBe(lines);
  },
);

test.skipIf(!existsSync(KCAT))(
  'kcat reads in a group, and a static member comes back',
  async () => {
    await using broker = await temporaryBroker({ topics: [{ name: 't', partitions: 2 }] });
    const read = () =>
      kcat(broker.port, [
        '-e',
        ...['-X', 'auto.offset.reset=earliest', '-X', 'group.instance.id=pod-1'],
        ...['-G', 'g', 't'],
      ]);
    await kcat(broker.port, ['-P', '-t', 't', '-p', '0'], 'one\n');
    expect(await read()).toBe('one\n');
    await kcat(broker.port, ['-P', '-t', 't', '-p', '1'], 'two\n');
    expect(await read()).toBe('two\n');
  },
);
