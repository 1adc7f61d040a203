import { createServer, type AddressInfo } from 'node:net';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createRequestContext,
  enableContext,
  withRequestContext,
} from '../context/request-context.ts';
import {
  createRandom,
  linkPolicySchema,
  patchLinkPolicy,
  systemClock,
  type Endpoint,
  type LinkPolicyPatch,
} from '../core/index.ts';
import { createRecordingTelemetry } from '../testing/recording-telemetry.ts';
import {
  answerWith,
  createUpstream,
  hang,
  reset,
  type UpstreamAnswer,
} from '../testing/upstream.ts';
import { createLinkMetrics } from './link-metrics.ts';
import { createLink } from './link.ts';

enableContext();
const cleanUp = new AsyncDisposableStack();
let open = cleanUp;
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

const at = (port: number, instance = 'payments-1'): Endpoint => ({
  instance,
  host: '127.0.0.1',
  port,
  healthy: true,
});

const request = {
  operation: 'read charge',
  method: 'GET' as const,
  path: '/charges/1',
  response: z.object({ id: z.string() }),
};
const post = { ...request, method: 'POST' as const, body: { amount: 1 } };

async function setUp(answer: UpstreamAnswer, patch: LinkPolicyPatch = {}) {
  if (open.disposed) open = new AsyncDisposableStack();
  const recorded = createRecordingTelemetry();
  const link = open.use(
    createLink({
      caller: 'orders',
      callee: 'payments',
      telemetry: recorded.telemetry,
      metrics: createLinkMetrics(recorded.telemetry.metrics),
      clock: systemClock,
      random: createRandom(7),
    }),
  );
  const upstream = open.use(await createUpstream(answer));
  const policy = patchLinkPolicy(linkPolicySchema.parse({}), {
    ...patch,
    retry: { baseDelayMs: 1, ...patch.retry },
  });
  const configure = (change: LinkPolicyPatch, endpoints = [at(upstream.port)]) =>
    link.configure({ endpoints, policy: patchLinkPolicy(policy, change) });
  configure({});
  return { ...recorded, link, upstream, configure };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const withDeadline = <T>(deadlineMs: number, work: () => Promise<T>) =>
  context.with(
    withRequestContext(ROOT_CONTEXT, createRequestContext(systemClock, 'c-1', deadlineMs)),
    work,
  );

describe('a call', () => {
  test('that succeeds carries body, status and attempts, and drops unknown fields', async () => {
    const { link } = await setUp(answerWith(200, { id: 'a', more: 1 }));
    expect(await link.call(request)).toEqual({
      kind: 'ok',
      status: 200,
      body: { id: 'a' },
      attempts: 1,
    });
  });

  test('is retried after a 503 and then succeeds', async () => {
    const { link, upstream, events } = await setUp((_request, response) => {
      const status = upstream.requests.length < 3 ? 503 : 200;
      answerWith(status, { id: 'a' })(_request, response);
    });
    expect(await link.call(request)).toMatchObject({ kind: 'ok', attempts: 3 });
    expect(events.map(({ name }) => name)).toEqual([
      'resilience.retry.scheduled',
      'resilience.retry.scheduled',
    ]);
  });

  test('that is not idempotent is made once, and with an idempotency key it is retried', async () => {
    const { link, upstream } = await setUp(answerWith(500, {}));
    expect(await link.call(post)).toMatchObject({ reason: 'server-error', attempts: 1 });
    expect(await link.call({ ...post, idempotencyKey: 'k' })).toMatchObject({ attempts: 3 });
    expect(upstream.requests).toHaveLength(4);
    expect(upstream.requests.at(-1)?.headers['idempotency-key']).toBe('k');
  });

  test('that is refused is neither retried nor held against the callee', async () => {
    const problem = { title: 'Conflict', status: 409, code: 'no-stock' };
    const { link, upstream, configure } = await setUp(answerWith(409, problem));
    configure({ breaker: { consecutiveFailures: 1 } });
    for (let count = 0; count < 3; count++) {
      expect(await link.call(request)).toMatchObject({
        kind: 'refused',
        status: 409,
        problem: { code: 'no-stock' },
        attempts: 1,
      });
    }
    expect(upstream.requests).toHaveLength(3);
  });

  test('that is answered with 429 waits for Retry-After, unless that is too long', async () => {
    const { link, upstream, configure } = await setUp((given, response) => {
      const first = upstream.requests.length === 1;
      answerWith(first ? 429 : 200, { id: 'a' }, { 'retry-after': '1' })(given, response);
    });
    const startedMs = performance.now();
    expect(await link.call(request)).toMatchObject({ kind: 'ok', attempts: 2 });
    expect(performance.now() - startedMs).toBeGreaterThan(990);
    configure({ retry: { maxDelayMs: 500 } });
    upstream.answer = answerWith(429, {}, { 'retry-after': '1' });
    expect(await link.call(request)).toMatchObject({ kind: 'refused', status: 429, attempts: 1 });
  });

  test('that hangs times out in each attempt', async () => {
    const { link, upstream, events } = await setUp(hang, {
      timeout: { attemptMs: 500 },
      retry: { attempts: 2 },
    });
    expect(await link.call(request)).toMatchObject({
      kind: 'failed',
      reason: 'timeout',
      maybeReceived: true,
      attempts: 2,
    });
    expect(upstream.requests).toHaveLength(2);
    expect(events.filter(({ name }) => name === 'resilience.attempt.timed_out')).toHaveLength(2);
  });

  test('that is reset may have been received', async () => {
    const { link } = await setUp(reset);
    expect(await link.call(post)).toMatchObject({
      reason: 'connection',
      maybeReceived: true,
      attempts: 1,
    });
  });

  test('whose connection is refused was not received', async () => {
    const { link, configure } = await setUp(hang);
    configure({}, [at(await freePort())]);
    expect(await link.call(request)).toMatchObject({
      reason: 'connection',
      maybeReceived: false,
      attempts: 3,
    });
  });

  test('without any endpoint fails as a connection', async () => {
    const { link, configure } = await setUp(hang);
    configure({}, []);
    expect(await link.call(post)).toMatchObject({ reason: 'connection', maybeReceived: false });
  });

  test('that is answered in another shape fails as a server error', async () => {
    const { link } = await setUp(answerWith(200, { id: 1 }));
    expect(await link.call(post)).toMatchObject({
      reason: 'server-error',
      maybeReceived: true,
      detail: expect.stringContaining('id') as string,
    });
  });

  test('that is answered in another shape is taken as it came where the contract is not checked', async () => {
    const { link } = await setUp(answerWith(200, { id: 1 }), { contract: { enabled: false } });
    expect(await link.call(post)).toMatchObject({ kind: 'ok', body: { id: 1 } });
  });

  test('goes to the other instance when the first one fails', async () => {
    const { link, upstream, configure } = await setUp(answerWith(200, { id: 'a' }));
    configure({}, [at(await freePort()), at(upstream.port, 'payments-2')]);
    expect(await link.call(request)).toMatchObject({ kind: 'ok', attempts: 2 });
  });
});

describe('the deadline', () => {
  test('shrinks on the way and is never larger than the timeout', async () => {
    const { link, upstream } = await setUp(answerWith(200, { id: 'a' }), {
      timeout: { attemptMs: 400 },
    });
    await withDeadline(200, () => link.call(request));
    await withDeadline(60_000, () => link.call(request));
    const [first, second] = upstream.requests.map(({ headers }) =>
      Number(headers['x-deadline-ms']),
    );
    expect(first).toBeLessThan(200);
    expect(first).toBeGreaterThan(0);
    expect(second).toBe(395);
    expect(upstream.requests[0]?.headers['x-correlation-id']).toBe('c-1');
  });

  test('that is spent lets nothing start', async () => {
    const { link, upstream, events } = await setUp(hang);
    expect(await withDeadline(0, () => link.call(request))).toMatchObject({
      reason: 'deadline',
      maybeReceived: false,
      attempts: 0,
    });
    expect(upstream.requests).toHaveLength(0);
    expect(events.map(({ name }) => name)).toEqual(['resilience.deadline.exceeded']);
  });

  test('that is switched off is neither enforced nor handed on', async () => {
    const { link, upstream, configure } = await setUp(answerWith(200, { id: 'a' }));
    configure({ deadline: { enabled: false } });
    expect(await withDeadline(0, () => link.call(request))).toMatchObject({ kind: 'ok' });
    expect(upstream.requests[0]?.headers['x-deadline-ms']).toBeUndefined();
    expect(upstream.requests[0]?.headers['x-correlation-id']).toBe('c-1');
    configure({});
    expect(await withDeadline(0, () => link.call(request))).toMatchObject({ reason: 'deadline' });
  });

  test('ends an attempt, and no further one begins', async () => {
    const { link, upstream } = await setUp(hang, { timeout: { attemptMs: 60_000 } });
    expect(await withDeadline(700, () => link.call(request))).toMatchObject({
      reason: 'deadline',
      maybeReceived: true,
      attempts: 1,
    });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('the breaker', () => {
  test('opens through retries, ends them, and refuses the next call without sending', async () => {
    const { link, upstream, events } = await setUp(answerWith(503, {}), {
      retry: { attempts: 10 },
      breaker: { consecutiveFailures: 4 },
    });
    expect(await link.call(request)).toMatchObject({ reason: 'server-error', attempts: 4 });
    expect(await link.call(request)).toMatchObject({
      reason: 'breaker-open',
      maybeReceived: false,
      attempts: 0,
    });
    expect(upstream.requests).toHaveLength(4);
    const change = events.find(({ name }) => name === 'resilience.breaker.state_changed');
    expect(change?.attributes).toMatchObject({
      link: 'orders->payments',
      'breaker.from': 'closed',
      'breaker.to': 'open',
      'breaker.calls': 4,
      'breaker.failures': 4,
    });
  });

  test('is shown from the start and follows its state', async () => {
    const { link, telemetry } = await setUp(answerWith(503, {}), {
      breaker: { consecutiveFailures: 1 },
    });
    const state = async () =>
      /resilience_breaker_state\{link="orders->payments"\} (\d)/.exec(
        await telemetry.metrics.metrics(),
      )?.[1];
    expect(await state()).toBe('0');
    await link.call(post);
    expect(await state()).toBe('2');
  });
});

describe('the retry budget', () => {
  test('ends a call with the failure there was when the retries of the link are used up', async () => {
    const { link, upstream, events, telemetry } = await setUp(answerWith(503, {}), {
      breaker: { enabled: false },
      retry: { attempts: 3 },
      retryBudget: { reserve: 3, ratio: 0 },
    });
    const attempts: unknown[] = [];
    for (let call = 0; call < 3; call++) attempts.push(await link.call(request));
    expect(attempts).toMatchObject([{ attempts: 3 }, { attempts: 2 }, { attempts: 1 }]);
    expect(attempts[2]).toMatchObject({ kind: 'failed', reason: 'server-error' });
    expect(upstream.requests).toHaveLength(6);
    const spent = events.filter(({ name }) => name === 'resilience.retry.budget_spent');
    expect(spent).toHaveLength(2);
    const metrics = await telemetry.metrics.metrics();
    expect(metrics).toContain('resilience_retries_refused_total{link="orders->payments"} 2');
    expect(metrics).toContain('resilience_retry_budget{link="orders->payments"} 0');
  });

  test('holds a storm to a share of the calls, and without it every call brings its retries', async () => {
    const policy = { breaker: { enabled: false }, retry: { attempts: 3 } };
    const { link, upstream, configure } = await setUp(answerWith(503, {}), {
      ...policy,
      retryBudget: { reserve: 0, ratio: 0.2 },
    });
    const storm = async () => {
      const before = upstream.requests.length;
      for (let call = 0; call < 50; call++) await link.call(request);
      return upstream.requests.length - before;
    };
    expect(await storm()).toBe(60);
    configure({ retryBudget: { enabled: false } });
    expect(await storm()).toBe(150);
    configure({ retryBudget: { enabled: true, reserve: 0 } });
    expect(await storm()).toBeLessThanOrEqual(61);
  });
});

describe('ejection', () => {
  test('leaves a bad instance alone, and is told; switched off, it keeps its share', async () => {
    const { link, upstream, configure, events, telemetry } = await setUp(
      answerWith(200, { id: 'a' }),
    );
    const bad = open.use(await createUpstream(answerWith(503, {})));
    const off = { breaker: { enabled: false }, retry: { enabled: false } };
    const both = [at(bad.port, 'payments-1'), at(upstream.port, 'payments-2')];
    const failures = async () => {
      const before = bad.requests.length;
      for (let call = 0; call < 20; call++) await link.call(request);
      return bad.requests.length - before;
    };
    configure({ ...off, ejection: { consecutiveFailures: 2, ejectMs: 600_000 } }, both);
    expect(await failures()).toBe(2);
    expect(events).toContainEqual({
      name: 'resilience.instance.ejected',
      attributes: {
        link: 'orders->payments',
        'service.instance.id': 'payments-1',
        failures: 2,
      },
    });
    expect(await telemetry.metrics.metrics()).toContain(
      'resilience_ejected_instances{link="orders->payments"} 1',
    );
    configure({ ...off, ejection: { enabled: false } }, both);
    expect(await failures()).toBe(10);
  });
});

describe('the bulkhead', () => {
  test('refuses at once what is too much', async () => {
    const { link, upstream, events } = await setUp(hang, {
      bulkhead: { concurrency: 1, queue: 0 },
      timeout: { attemptMs: 60 },
    });
    const first = link.call(post);
    expect(await link.call(post)).toMatchObject({
      reason: 'bulkhead-full',
      maybeReceived: false,
      attempts: 0,
    });
    await first;
    expect(upstream.requests).toHaveLength(1);
    expect(events.map(({ name }) => name)).toContain('resilience.bulkhead.rejected');
  });
});

describe('the fallback', () => {
  test('answers for a failure, and not when it is switched off or has nothing to say', async () => {
    const { link, configure } = await setUp(reset);
    const call = { ...post, fallback: () => ({ id: 'popular' }) };
    expect(await link.call(call)).toMatchObject({
      kind: 'fallback',
      body: { id: 'popular' },
      failure: { reason: 'connection' },
    });
    expect(await link.call({ ...post, fallback: () => undefined })).toMatchObject({
      kind: 'failed',
    });
    configure({ fallback: { enabled: false } });
    expect(await link.call(call)).toMatchObject({ kind: 'failed' });
  });
});

test('each pattern that is switched off at run time is bypassed by the next call', async () => {
  const { link, upstream, configure } = await setUp(answerWith(503, {}), {
    breaker: { consecutiveFailures: 1 },
    retry: { attempts: 2 },
  });
  await link.call(request);
  expect(await link.call(request)).toMatchObject({ reason: 'breaker-open' });
  configure({ breaker: { enabled: false } });
  expect(await link.call(request)).toMatchObject({ reason: 'server-error', attempts: 2 });
  configure({ breaker: { enabled: false }, retry: { enabled: false } });
  expect(await link.call(request)).toMatchObject({ reason: 'server-error', attempts: 1 });

  upstream.answer = (given, response) =>
    void setTimeout(() => answerWith(200, { id: 'a' })(given, response), 80);
  const off = { breaker: { enabled: false }, retry: { enabled: false } };
  configure({ ...off, timeout: { attemptMs: 20 } });
  expect(await link.call(request)).toMatchObject({ reason: 'timeout' });
  configure({ ...off, timeout: { attemptMs: 20, enabled: false } });
  expect(await link.call(request)).toMatchObject({ kind: 'ok' });

  const narrow = { concurrency: 1, queue: 0 };
  configure({ ...off, bulkhead: narrow });
  const kinds = async () =>
    (await Promise.all([link.call(request), link.call(request)])).map(({ kind }) => kind);
  expect(await kinds()).toEqual(['ok', 'failed']);
  configure({ ...off, bulkhead: { ...narrow, enabled: false } });
  expect(await kinds()).toEqual(['ok', 'ok']);
});

test('a call is one INTERNAL span with a CLIENT span for each attempt', async () => {
  const { link, spans } = await setUp(answerWith(503, {}), { retry: { attempts: 2 } });
  await link.call(request);
  const call = spans.find(({ name }) => name === 'call read charge');
  const attempts = spans.filter(({ name }) => name === 'GET read charge');
  expect(call?.attributes).toEqual({
    'peer.service': 'payments',
    'resilience.outcome': 'server-error',
    'resilience.attempts': 2,
    'error.type': 'server-error',
  });
  expect(call?.events.map(({ name }) => name)).toContain('resilience.backoff');
  expect(attempts.map(({ attributes }) => attributes['resilience.attempt'])).toEqual([1, 2]);
  expect(attempts[0]?.attributes).toMatchObject({
    'server.address': 'payments-1',
    'resilience.max_attempts': 2,
    'http.response.status_code': 503,
  });
  for (const attempt of attempts) {
    expect(attempt.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
  }
});
