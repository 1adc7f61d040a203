import { credentials, makeGenericClientConstructor, Metadata, status } from '@grpc/grpc-js';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { initialServicePolicy, patchServicePolicy } from '../core/index.ts';
import type { Chassis, RpcService, StreamEvent } from '../service.ts';
import {
  createTestIdentity,
  createTestRegistry,
  startTestService,
  testWorkloadToken,
  type TestIdentity,
  type TestRegistry,
  type TestService,
} from '../testing/index.ts';
import { createRpcChannels } from './client.ts';
import { loadContract } from './contract.ts';

const PROTO = `syntax = "proto3";
package echo.v1;
service Echo {
  rpc Say(Word) returns (Word);
  rpc Repeat(Word) returns (stream Word);
}
message Word { string text = 1; }`;

/** How long is waited for what needs a moment: a test must not fail over a busy machine. */
const SOON = { timeout: 10_000 };

const resources = new AsyncDisposableStack();
let contract: { proto: URL; service: string };
let registry: TestRegistry;
let identity: TestIdentity;
/** Checks tokens. */
let guarded: TestService;
/** Does not. */
let open: TestService;
let caller: Chassis;
let callerService: TestService;

/** What the handlers saw. */
let begun: string[] = [];
let cancelled: string[] = [];
let answer = () => {};
const text = (message: unknown) => z.object({ text: z.string() }).parse(message).text;

const rpc = (): RpcService => ({
  ...contract,
  methods: {
    Say: {
      access: { scopes: ['echo:write'] },
      async handle(message, { signal }) {
        begun.push(text(message));
        if (text(message) === 'away') {
          throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        }
        if (text(message) === 'wait') {
          signal.addEventListener('abort', () => cancelled.push(text(message)));
          await new Promise<void>((resolve) => (answer = resolve));
        }
        return { text: text(message) };
      },
    },
    Repeat: {
      access: { scopes: ['echo:read'] },
      async stream(message, { signal }) {
        begun.push(text(message));
        return (async function* () {
          for (let count = 0; !signal.aborted; count += 1) {
            if (text(message) === 'twice' && count === 2) return;
            begun.push(`${text(message)} ${count}`);
            yield { text: `${text(message)} ${count}` };
            if (text(message) === 'once') {
              await new Promise((resolve) => signal.addEventListener('abort', resolve));
            }
          }
        })();
      },
    },
  },
});

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-rpc-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'echo.proto'), PROTO);
  contract = { proto: pathToFileURL(join(folder, 'echo.proto')), service: 'echo.v1.Echo' };
  registry = resources.use(await createTestRegistry());
  identity = resources.use(await createTestIdentity());
  registry.setLink('echo->identity', [identity.port]);
  registry.setWorkload('echo-1', identity.workload());
  const definition = { name: 'echo', calls: [], build: () => ({ rpc: rpc() }) };
  const environment = { REGISTRY_URL: registry.url };
  guarded = resources.use(
    await startTestService(definition, {
      ...environment,
      IDENTITY_ISSUER: identity.issuer,
      WORKLOAD_TOKEN: testWorkloadToken('echo-1'),
    }),
  );
  open = resources.use(await startTestService(definition, environment));
  callerService = resources.use(
    await startTestService(
      {
        name: 'caller',
        calls: ['echo'],
        build(given) {
          caller = given;
          return {};
        },
      },
      environment,
    ),
  );
  registry.setLink('caller->echo', [open.url], {
    retry: { baseDelayMs: 5, maxDelayMs: 20 },
    breaker: { enabled: false },
  });
});
afterAll(() => resources.disposeAsync());
afterEach(() => {
  answer();
  begun = [];
  cancelled = [];
});

/** Calls past all policies, as a stranger would. */
async function say(
  service: TestService,
  message: string,
  headers: Record<string, string> = {},
  cancelWhen?: () => boolean,
) {
  const { service: methods } = await loadContract(contract);
  const Client = makeGenericClientConstructor(methods, 'Echo');
  const client = new Client(`127.0.0.1:${service.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const { path, requestSerialize, responseDeserialize } = methods['Say']!;
  return new Promise<{ code: number; problem: unknown }>((resolve) => {
    const call = client.makeUnaryRequest(
      ...([path, requestSerialize, responseDeserialize, { text: message }, metadata] as const),
      (error) => {
        client.close();
        const problem = error?.metadata.get('x-problem-code')[0];
        resolve({ code: error?.code ?? status.OK, problem });
      },
    );
    if (cancelWhen)
      void expect
        .poll(cancelWhen, SOON)
        .toBe(true)
        .then(() => call.cancel());
  });
}

const bearer = async (scopes: string[]) => ({
  authorization: `Bearer ${await identity.token({ audience: 'echo', scopes })}`,
});

describe('a call over gRPC', () => {
  it('without a token is unauthenticated', async () => {
    const refused = { code: status.UNAUTHENTICATED, problem: 'token-required' };
    expect(await say(guarded, 'hello')).toEqual(refused);
    expect(begun).toEqual([]);
  });

  it('with a token for something else is denied, with the right one served', async () => {
    await expect
      .poll(async () => say(guarded, 'hello', await bearer(['echo:read'])), SOON)
      .toEqual({ code: status.PERMISSION_DENIED, problem: 'scope-missing' });
    expect(begun).toEqual([]);
    expect((await say(guarded, 'hello', await bearer(['echo:write']))).code).toBe(status.OK);
  });

  it.each(['-5', '0'])('whose budget is spent (%s ms) is not begun', async (left) => {
    expect(await say(open, 'late', { 'x-deadline-ms': left })).toEqual({
      code: status.DEADLINE_EXCEEDED,
      problem: 'deadline-exceeded',
    });
    expect(begun).toEqual([]);
  });

  it('says that a dependency is away, so that the caller may try again', async () => {
    const from = open.logs.length;
    expect(await say(open, 'away')).toEqual({
      code: status.UNAVAILABLE,
      problem: 'dependency-unavailable',
    });
    const told = open.logs.slice(from).find(({ msg }) => /dependency is away/.test(String(msg)));
    expect(told).toMatchObject({ level: 'warn', err: { code: 'ECONNREFUSED' } });
  });

  it('tells its handler when it is called off', async () => {
    const { code } = await say(open, 'wait', {}, () => begun.includes('wait'));
    expect(code).toBe(status.CANCELLED);
    await expect.poll(() => cancelled, SOON).toEqual(['wait']);
  });

  it('is shed when too much is in progress, before it is begun, and counted', async () => {
    const initial = initialServicePolicy(['loadShedding']);
    const patch = { loadShedding: { concurrency: 1 } };
    registry.set({ service: patchServicePolicy(initial, patch) });
    const first = say(open, 'wait');
    await expect.poll(() => begun, SOON).toEqual(['wait']);
    await expect
      .poll(() => say(open, 'too much'), SOON)
      .toEqual({ code: status.UNAVAILABLE, problem: 'overloaded' });
    answer();
    expect((await first).code).toBe(status.OK);
    const metrics = await (await fetch(`${open.url}/metrics`)).text();
    expect(metrics).toMatch(/resilience_load_shed_total [1-9]/);
    registry.set({ service: initial });
    await expect.poll(async () => (await say(open, 'again')).code, SOON).toBe(status.OK);
  });
});

/** Follows a stream until it is called off. */
function follow(
  word: string,
  message: z.ZodType<{ text: string }> = z.object({ text: z.string() }),
) {
  const events: StreamEvent<{ text: string }>[] = [];
  const end = new AbortController();
  const stream = caller.link('echo').stream({
    operation: 'repeat',
    call: { ...contract, method: 'Repeat', message: { text: word } },
    message,
    signal: end.signal,
  });
  const done = (async () => {
    for await (const event of stream) events.push(event);
  })();
  return {
    events,
    kinds: () => events.map(({ kind }) => kind),
    done,
    async [Symbol.asyncDispose]() {
      end.abort();
      await done;
    },
  };
}

describe('a channel', () => {
  it('on which one call waited in vain still answers those that wait with it', async () => {
    const held: Socket[] = [];
    const gate = createServer((socket) => void held.push(socket)).listen(0, '127.0.0.1');
    resources.defer(() => void gate.close());
    await once(gate, 'listening');
    using channels = createRpcChannels('echo', undefined);
    const ask = (word: string, timeoutMs: number) =>
      channels.exchange({
        ...{ host: '127.0.0.1', port: (gate.address() as AddressInfo).port, headers: {} },
        ...{ call: { ...contract, method: 'Say', message: { text: word } } },
        ...{ timeoutMs, signal: undefined },
      });
    const patient = ask('patient', 10_000);
    expect(await ask('impatient', 100)).toMatchObject({ kind: 'timed-out' });
    for (const socket of held) {
      const through = connect(open.port, '127.0.0.1');
      pipeline(socket, through, socket, () => undefined);
    }
    expect(await patient).toMatchObject({ kind: 'answered', status: 200 });
    expect(begun).toEqual(['patient']);
  });
});

describe('a stream over gRPC', () => {
  it('is opened by one attempt, and is no call that lasts for hours', async () => {
    await using following = follow('once');
    await expect.poll(following.kinds, SOON).toEqual(['opened', 'message']);
    const spans = () => open.spans.filter(({ name }) => name === 'echo.v1.Echo/Repeat');
    await expect.poll(() => spans().length, SOON).toBeGreaterThan(0);
    await expect
      .poll(() => callerService.spans.find(({ name }) => name === 'echo.v1.Echo/Repeat'), SOON)
      .toMatchObject({ attributes: { 'peer.service': 'echo', 'resilience.outcome': 'ok' } });
  });

  it('is opened again after its end, and begins anew', async () => {
    await using following = follow('twice');
    await expect
      .poll(() => following.kinds().slice(0, 6), SOON)
      .toEqual(['opened', 'message', 'message', 'lost', 'opened', 'message']);
  });

  it('ends over a message of another shape', async () => {
    await using following = follow('once', z.object({ text: z.string().max(1) }));
    await expect
      .poll(() => following.events[1], SOON)
      .toMatchObject({ kind: 'lost', detail: expect.stringContaining('text') as string });
  });

  it('waits for a slow reader instead of filling the memory', async () => {
    const end = new AbortController();
    const stream = caller.link('echo').stream({
      operation: 'repeat',
      call: { ...contract, method: 'Repeat', message: { text: 'much '.repeat(10_000) } },
      message: z.object({ text: z.string() }),
      signal: end.signal,
    });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await reader.next();
    // Nobody reads any more: the source comes to a rest.
    let before = -1;
    await expect
      .poll(
        () => {
          const resting = begun.length === before;
          before = begun.length;
          return resting;
        },
        { ...SOON, interval: 200 },
      )
      .toBe(true);
    expect(begun.length).toBeLessThan(500);
    end.abort();
    await reader.return?.();
  });

  it('ends at once when the callee stops, and with the service that reads it', async () => {
    const definition = { name: 'echo', calls: [], build: () => ({ rpc: rpc() }) };
    const other = await startTestService(definition, { REGISTRY_URL: registry.url });
    const at = { instance: 'other', host: '127.0.0.1', port: other.port, healthy: true };
    registry.setLink('caller->echo', [at]);
    let given: Chassis | undefined;
    const reader = await startTestService(
      {
        name: 'caller',
        calls: ['echo'],
        build(chassis) {
          given = chassis;
          return {};
        },
      },
      { REGISTRY_URL: registry.url },
    );
    const events: string[] = [];
    const done = (async () => {
      const stream = given!.link('echo').stream({
        operation: 'repeat',
        call: { ...contract, method: 'Repeat', message: { text: 'once' } },
        message: z.unknown(),
        signal: new AbortController().signal,
      });
      for await (const { kind } of stream) events.push(kind);
    })();
    await expect.poll(() => events, SOON).toEqual(['opened', 'message']);
    await other.close();
    await expect.poll(() => events, SOON).toEqual(['opened', 'message', 'lost']);
    await reader.close();
    await done;
  });
});
