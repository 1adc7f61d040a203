import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { enableContext } from '../context/request-context.ts';
import {
  createManualClock,
  createRandom,
  linkPolicySchema,
  patchLinkPolicy,
  type LinkPolicyPatch,
} from '../core/index.ts';
import { createRecordingTelemetry } from '../testing/recording-telemetry.ts';
import {
  answerWith,
  createUpstream,
  hang,
  type TestUpstream,
  type UpstreamAnswer,
} from '../testing/upstream.ts';
import { createLinkMetrics } from './link-metrics.ts';
import { createLink } from './link.ts';

enableContext();
let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

const read = {
  operation: 'read product',
  method: 'GET' as const,
  path: '/products/1',
  response: z.object({ id: z.string() }),
};
const good = answerWith(200, { id: 'a' });

/** A link to instances 1, 2, …; the first call goes to instance 1. */
async function setUp(answers: UpstreamAnswer[], patch: LinkPolicyPatch = {}) {
  const recorded = createRecordingTelemetry();
  const clock = createManualClock();
  const link = open.use(
    createLink({
      caller: 'gateway',
      callee: 'catalog',
      telemetry: recorded.telemetry,
      metrics: createLinkMetrics(recorded.telemetry.metrics),
      clock,
      random: createRandom(7),
    }),
  );
  const upstreams: TestUpstream[] = [];
  for (const answer of answers) upstreams.push(open.use(await createUpstream(answer)));
  link.configure({
    endpoints: upstreams.map(({ port }, index) => ({
      instance: `catalog-${index + 1}`,
      host: '127.0.0.1',
      port,
      healthy: true,
    })),
    policy: patchLinkPolicy(linkPolicySchema.parse({}), {
      timeout: { enabled: false },
      retry: { enabled: false },
      ...patch,
      hedge: { enabled: true, delayMs: 100, ...patch.hedge },
    }),
  });
  const metric = async (name: string) =>
    Number(
      new RegExp(`^${name}\\{link="gateway->catalog"\\} (\\S+)$`, 'm').exec(
        await recorded.telemetry.metrics.metrics(),
      )?.[1] ?? 0,
    );
  const arrived = (index: number, count = 1) =>
    expect.poll(() => upstreams[index]?.requests.length, { interval: 1 }).toBe(count);
  return { ...recorded, link, clock, upstreams, metric, arrived };
}

test('a slow read is sent to a second instance, the first answer counts, the other is called off', async () => {
  const { link, clock, upstreams, arrived, metric, events, spans } = await setUp([hang, good]);
  const calling = link.call(read);
  await arrived(0);
  const broken = new Promise((resolve) => upstreams[0]?.requests[0]?.on('close', resolve));
  await clock.advance(100);
  expect(await calling).toMatchObject({ kind: 'ok', attempts: 2 });
  await broken;
  expect(events).toEqual([
    {
      name: 'resilience.hedge.sent',
      attributes: { link: 'gateway->catalog', delay_ms: 100 },
    },
  ]);
  expect(await metric('resilience_hedges_total')).toBe(1);
  const attempts = () => spans.filter(({ name }) => name === 'GET read product');
  await expect.poll(() => attempts().length).toBe(2);
  expect(
    attempts()
      .map(({ attributes }) => [
        attributes['resilience.attempt'],
        attributes['server.address'],
        attributes['resilience.outcome'],
      ])
      .toSorted(),
  ).toEqual([
    [1, 'catalog-1', 'cancelled'],
    [2, 'catalog-2', 'ok'],
  ]);
});

test('an attempt that is called off is neither held against its instance nor against the callee', async () => {
  const { link, clock, arrived, metric } = await setUp([hang, good], {
    breaker: { consecutiveFailures: 1 },
    ejection: { consecutiveFailures: 1 },
  });
  for (let count = 1; count <= 3; count++) {
    const calling = link.call(read);
    // The instance that hangs has its turn every time: nothing is in flight there any more.
    await arrived(0, count);
    await clock.advance(100);
    expect(await calling).toMatchObject({ kind: 'ok' });
  }
  expect(await metric('resilience_ejected_instances')).toBe(0);
  expect(await metric('resilience_breaker_window_failures')).toBe(0);
  expect(await metric('resilience_breaker_state')).toBe(0);
});

test('without hedging the slowest instance decides', async () => {
  const release = Promise.withResolvers<void>();
  const slow: UpstreamAnswer = (request, response) =>
    void release.promise.then(() => good(request, response));
  const { link, clock, upstreams, arrived } = await setUp([slow, good], {
    hedge: { enabled: false },
  });
  const calling = link.call(read);
  await arrived(0);
  await clock.advance(10_000);
  release.resolve();
  expect(await calling).toMatchObject({ kind: 'ok', attempts: 1 });
  expect(upstreams[1]?.requests).toHaveLength(0);
});

test('only reads are hedged, and only where there is a second good instance', async () => {
  const release = Promise.withResolvers<void>();
  const slow: UpstreamAnswer = (request, response) =>
    void release.promise.then(() => good(request, response));
  const { link, clock, upstreams, arrived, events } = await setUp([slow, good]);
  const alone = await setUp([slow]);
  const calls = [link.call({ ...read, method: 'PUT', idempotencyKey: 'k' }), alone.link.call(read)];
  await arrived(0);
  await alone.arrived(0);
  await clock.advance(1000);
  await alone.clock.advance(1000);
  release.resolve();
  for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ attempts: 1 });
  expect(upstreams[1]?.requests).toHaveLength(0);
  expect([...events, ...alone.events]).toEqual([]);
});

test('a hedge that fails leaves the first attempt its time', async () => {
  const release = Promise.withResolvers<void>();
  const slow: UpstreamAnswer = (request, response) =>
    void release.promise.then(() => good(request, response));
  const { link, clock, upstreams, arrived } = await setUp([slow, answerWith(503, {})]);
  const calling = link.call(read);
  await arrived(0);
  await clock.advance(100);
  await arrived(1);
  release.resolve();
  expect(await calling).toMatchObject({ kind: 'ok', attempts: 2 });
  expect(upstreams[0]?.requests).toHaveLength(1);
});

test('two attempts that fail are one failure for the retry, and both count', async () => {
  const release = Promise.withResolvers<void>();
  const slow: UpstreamAnswer = (request, response) =>
    void release.promise.then(() => answerWith(503, {})(request, response));
  const { link, clock, arrived } = await setUp([slow, answerWith(503, {})], {
    retry: { enabled: true, attempts: 2 },
  });
  const calling = link.call(read);
  await arrived(0);
  await clock.advance(100);
  await arrived(1);
  release.resolve();
  expect(await calling).toMatchObject({
    kind: 'failed',
    reason: 'server-error',
    attempts: 2,
    maybeReceived: true,
  });
});
