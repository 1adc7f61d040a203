import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createLine, roundTrip } from './line.ts';
import type { DifferenceId } from './known-differences.ts';
import { dial, startServer } from './peers.ts';
import { startHangingUpstream } from './hanging-upstream.ts';
import type { Subject, SubjectKind } from './subjects.ts';

/** What shows a difference: done on both servers, with what each of them answers. */
export interface Observation {
  /** Looks at a server; `kind` starts another one, with flags or to be killed. */
  readonly observe: (subject: Subject, kind: SubjectKind) => Promise<unknown>;
  readonly toxiproxy: unknown;
  readonly here: unknown;
}

/** Longer than a server takes to answer that does not wait, however busy the machine. */
const WAITS_MS = 3000;

const LINE = { name: 'diff', listen: '127.0.0.1:0', upstream: '127.0.0.1:9' };

/** Status of one request to a proxy `diff` that exists only meanwhile. */
function onLine(...request: readonly [method: string, path: string, body?: unknown]) {
  return async (subject: Subject): Promise<number> => {
    await subject.call('POST', '/proxies', LINE);
    const { status } = await subject.call(...request);
    await subject.call('DELETE', '/proxies/diff');
    return status;
  };
}

function addToxic(body: unknown) {
  return onLine('POST', '/proxies/diff/toxics', body);
}

/** Whether a server survives a byte through a toxic, or refuses the toxic. */
function survives(toxic: object) {
  return async (_subject: Subject, kind: SubjectKind): Promise<string> => {
    await using own = await kind.start();
    await using line = await createLine(own);
    const { status } = await line.call('POST', '/toxics', toxic);
    if (status !== 200) return `refused with ${status}`;
    const ended = once(own.process, 'exit').then(() => 'died');
    const { client, server } = await line.open();
    client.socket.write('x');
    const passed = server.has(1).then(
      () => 'survived',
      () => ended,
    );
    return await Promise.race([ended, passed]);
  };
}

async function answersWhileBlocked(call: Promise<unknown>, unblock: () => void): Promise<string> {
  const how = await Promise.race([call.then(() => 'answers'), pause(WAITS_MS).then(() => 'waits')]);
  unblock();
  await call;
  return how;
}

async function fates(kind: SubjectKind): Promise<string> {
  await using own = await kind.start(['-seed', '42']);
  await using line = await createLine(own, { echo: true, name: 'seeded' });
  await line.add({ type: 'limit_data', toxicity: 0.5 });
  let pattern = '';
  for (let index = 0; index < 64; index += 1) {
    const { client } = await line.open();
    client.socket.write('x');
    pattern += await client.has(1).then(
      () => '.',
      () => 'x',
    );
  }
  return pattern;
}

const bodies: Partial<Record<DifferenceId, Observation>> = {
  'slicer-size': {
    observe: survives({ type: 'slicer', stream: 'upstream' }),
    toxiproxy: 'died',
    here: 'refused with 400',
  },
  'negative-rate': {
    observe: survives({ type: 'bandwidth', stream: 'upstream', attributes: { rate: -1 } }),
    toxiproxy: 'died',
    here: 'refused with 400',
  },
  'toxicity-range': {
    async observe(subject) {
      const share = await addToxic({ type: 'noop', toxicity: 7 })(subject);
      const time = await addToxic({ type: 'latency', attributes: { latency: -1 } })(subject);
      return [share, time];
    },
    toxiproxy: [200, 200],
    here: [400, 400],
  },
  'slash-names': {
    async observe(subject) {
      const { status } = await subject.call('POST', '/proxies', { ...LINE, name: 'a/b' });
      return status;
    },
    toxiproxy: 201,
    here: 400,
  },
  'nested-toxics': {
    async observe(subject) {
      const body = { ...LINE, name: 'nested', toxics: [{ type: 'noop' }] };
      const { json } = await subject.call('POST', '/proxies', body);
      return (json as { toxics: unknown[] }).toxics.length;
    },
    toxiproxy: 0,
    here: 1,
  },
  leases: {
    async observe(subject) {
      await subject.call('POST', '/proxies', { ...LINE, name: 'lease' });
      const body = { type: 'noop', ttl_ms: 600_000, seed: 7 };
      const { json } = await subject.call('POST', '/proxies/lease/toxics', body);
      const { ttl_ms: ttlMs, seed } = json as { ttl_ms?: number; seed?: number };
      return [ttlMs, seed];
    },
    toxiproxy: [undefined, undefined],
    here: [600_000, 7],
  },
  'packet-loss': { observe: addToxic({ type: 'packet_loss' }), toxiproxy: 400, here: 200 },
  'http-toxic': {
    observe: addToxic({ type: 'http', attributes: { action: 'status', status: 503 } }),
    toxiproxy: 400,
    here: 200,
  },
  'parser-texts': {
    async observe(subject) {
      const { json } = await subject.call('POST', '/proxies', { name: 1 });
      return (json as { error: string }).error;
    },
    toxiproxy:
      'bad request body: json: cannot unmarshal number into Go struct field Proxy.name of type string',
    here: 'bad request body: name must be a string, got 1',
  },
  'whole-numbers': {
    observe: addToxic('{"type":"latency","attributes":{"latency":1e3}}'),
    toxiproxy: 400,
    here: 200,
  },
  logger: {
    async observe(subject) {
      const { json } = await subject.call('POST', '/proxies', { ...LINE, name: 'logged' });
      return (json as { Logger?: unknown }).Logger;
    },
    toxiproxy: {},
    here: undefined,
  },
};

const http: Partial<Record<DifferenceId, Observation>> = {
  'double-slash': {
    observe: async (subject) => (await subject.call('GET', '//proxies')).status,
    toxiproxy: 301,
    here: 404,
  },
  'more-endpoints': {
    observe: async (subject) => (await subject.call('GET', '/connections')).status,
    toxiproxy: 404,
    here: 200,
  },
  strangers: {
    async observe(subject) {
      const strangers = [{ Origin: 'http://evil.test' }, { Host: 'evil.test' }];
      const answers = strangers.map((headers) =>
        subject.call('GET', '/proxies', undefined, headers),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    },
    toxiproxy: [200, 200],
    here: [403, 403],
  },
  version: {
    async observe(subject) {
      const { text } = await subject.call('GET', '/version');
      return /^\{"version": "2\.12\.0\+faultline-[^"]+"\}\n$/.test(text);
    },
    toxiproxy: false,
    here: true,
  },
  'live-metrics': {
    async observe(_subject, kind) {
      await using own = await kind.start(['-proxy-metrics']);
      await using line = await createLine(own);
      await roundTrip(await line.open());
      const { text } = await own.call('GET', '/metrics');
      return /^toxiproxy_proxy_received_bytes_total\{.*\} 4$/m.test(text);
    },
    toxiproxy: false,
    here: true,
  },
  'runtime-metrics': {
    async observe(_subject, kind) {
      await using own = await kind.start(['-runtime-metrics']);
      const { text } = await own.call('GET', '/metrics');
      return ['go_', 'nodejs_', 'process_'].filter((prefix) => text.includes(`\n${prefix}`));
    },
    toxiproxy: ['go_', 'process_'],
    here: ['nodejs_', 'process_'],
  },
};

const resets: Partial<Record<DifferenceId, Observation>> = {
  'reset-live': {
    async observe(subject) {
      await using line = await createLine(subject);
      const connection = await line.open();
      await roundTrip(connection);
      await line.add({ type: 'reset_peer', stream: 'upstream' });
      connection.client.socket.write('x');
      return await connection.client.over;
    },
    toxiproxy: 'end',
    here: 'reset',
  },
  'reset-spared': {
    async observe(subject) {
      await using line = await createLine(subject);
      await line.add({ type: 'reset_peer', stream: 'upstream', toxicity: 0 });
      const connection = await line.open();
      await roundTrip(connection);
      connection.client.socket.end();
      return await connection.server.over;
    },
    toxiproxy: 'reset',
    here: 'end',
  },
  'reset-removal': {
    async observe(subject) {
      await using line = await createLine(subject);
      const attributes = { timeout: 1500 };
      await line.add({ name: 'late', type: 'reset_peer', stream: 'upstream', attributes });
      const { client, server } = await line.open();
      client.socket.write('held');
      await pause(100);
      await line.remove('late');
      return await server.has(4).then(
        () => 'delivered',
        () => 'lost',
      );
    },
    toxiproxy: 'lost',
    here: 'delivered',
  },
  'reset-stops': {
    async observe(_subject, kind) {
      await using own = await kind.start();
      await using taken = await startServer();
      const good = Array.from({ length: 8 }, (_, index) => `good${index}`);
      const add = (name: string, listen: string) =>
        own.call('POST', '/proxies', { ...LINE, name, listen, enabled: false });
      await add('bad', taken.address);
      for (const name of good) await add(name, '127.0.0.1:0');
      // Toxiproxy's order is random: it may happen to come to the bad one last, but not each time.
      for (let attempt = 0; attempt < 20; attempt += 1) {
        await own.call('POST', '/reset');
        const { json } = await own.call('GET', '/proxies');
        const proxies = json as Record<string, { enabled: boolean }>;
        if (good.some((name) => !proxies[name]!.enabled)) return 'stops';
        for (const name of good) await own.call('PATCH', `/proxies/${name}`, { enabled: false });
      }
      return 'goes on';
    },
    toxiproxy: 'stops',
    here: 'goes on',
  },
};

const lines: Partial<Record<DifferenceId, Observation>> = {
  'control-waits': {
    async observe(subject) {
      await using line = await createLine(subject);
      const { client, server } = await line.open();
      client.socket.pause();
      const block = Buffer.alloc(1024 * 1024);
      // Until nothing more leaves: the client, the proxy and the kernel between them are full.
      for (let left = -1; left !== server.socket.writableLength || left === 0;) {
        while (server.socket.writableLength < 16 * block.length) server.socket.write(block);
        left = server.socket.writableLength;
        await pause(500);
      }
      const added = line.add({ type: 'noop' });
      return await answersWhileBlocked(added, () => client.socket.resume());
    },
    toxiproxy: 'waits',
    here: 'answers',
  },
  'dial-blocks': {
    async observe(_subject, kind) {
      await using own = await kind.start();
      await using hanging = await startHangingUpstream();
      const body = { ...LINE, upstream: hanging.address };
      const { json } = await own.call('POST', '/proxies', body);
      const client = await dial((json as { listen: string }).listen);
      // The dial begins once the client is accepted, which nobody can see from outside.
      await pause(500);
      const removed = own.call('DELETE', '/proxies/diff');
      const how = await answersWhileBlocked(removed, () => void hanging.release());
      client.socket.destroy();
      return how;
    },
    toxiproxy: 'waits',
    here: 'answers',
  },
  'half-close': {
    async observe(subject) {
      await using line = await createLine(subject);
      return await replyAfterEnd(line);
    },
    toxiproxy: 'lost',
    here: 'reply',
  },
  'neighbour-redraw': {
    async observe(subject) {
      await using line = await createLine(subject, { echo: true });
      await line.add({ type: 'limit_data', toxicity: 0.5 });
      const spared = [];
      for (let index = 0; index < 64; index += 1) {
        const { client } = await line.open();
        client.socket.write('x');
        const alive = await client.has(1).then(
          () => true,
          () => false,
        );
        if (alive) spared.push(client);
      }
      await line.add({ name: 'neighbour', type: 'noop' });
      for (const { socket } of spared) socket.write('y');
      const alive = await Promise.allSettled(spared.map((client) => client.has(2)));
      return alive.every(({ status }) => status === 'fulfilled') ? 'all spared' : 'some hit';
    },
    toxiproxy: 'some hit',
    here: 'all spared',
  },
  'wildcard-populate': {
    async observe(subject) {
      await using line = await createLine(subject);
      const { json } = await line.call('POST', '', { listen: ':0' });
      const { listen } = json as { listen: string };
      const client = await dial(listen);
      const server = await line.upstream.accepted();
      const entry = { name: line.name, upstream: line.upstream.address };
      await subject.call('POST', '/populate', [{ ...entry, listen: listen.replace('[::]', '') }]);
      client.socket.write('alive');
      const how = await server.has(5).then(
        () => 'kept',
        () => 'cut',
      );
      client.socket.destroy();
      return how;
    },
    toxiproxy: 'cut',
    here: 'kept',
  },
  'seed-ignored': {
    observe: async (_subject, kind) => (await fates(kind)) === (await fates(kind)),
    toxiproxy: false,
    here: true,
  },
};

/** What a server's reply becomes when the client has ended its half before. */
export async function replyAfterEnd(line: Awaited<ReturnType<typeof createLine>>): Promise<string> {
  const { client, server } = await line.open();
  client.socket.end('question');
  await server.over;
  await pause(50);
  server.socket.end('answer');
  await client.over;
  return client.received().toString() === 'answer' ? 'reply' : 'lost';
}

/** One for each known difference. */
export const OBSERVATIONS = { ...bodies, ...http, ...resets, ...lines } as Readonly<
  Record<DifferenceId, Observation>
>;
