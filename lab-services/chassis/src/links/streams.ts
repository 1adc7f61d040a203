import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { contextHeaders, currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, type LinkPolicy } from '../core/index.ts';
import type { RpcOpening } from '../rpc/client.ts';
import type { StreamEvent, StreamRequest } from '../service.ts';
import { injectTrace } from '../telemetry/trace-context.ts';
import { interpret } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import type { Target } from './balancer.ts';
import type { LinkParts } from './link-parts.ts';
import { z } from 'zod';

/** The streams of one link. */
export interface Streams extends Disposable {
  /** See `Link.stream`. */
  open<Message>(request: StreamRequest<Message>): AsyncIterable<StreamEvent<Message>>;
  /** Begins every stream anew, on a new connection. */
  reopen(): void;
}

/** An opened stream with the instance it comes from. */
interface Opened {
  kind: 'opened';
  target: Target;
  messages: AsyncIterable<unknown>;
}

/**
 * Creates the streams of a link. Opening one is an attempt like any other: the breaker admits it,
 * the balancer says where, the timeout bounds it. What it holds afterwards is the place in the
 * balancer's count alone: no bulkhead, no deadline.
 */
export function createStreams(parts: LinkParts, policyOf: () => LinkPolicy): Streams {
  const end = new AbortController();
  const attempts = new Set<AbortController>();

  async function* follow<Message>(
    request: StreamRequest<Message>,
  ): AsyncGenerator<StreamEvent<Message>> {
    const over = AbortSignal.any([request.signal, end.signal]);
    /** Failures since the last stream that held. */
    let failures = 0;
    let avoid: string | undefined;
    while (!over.aborted) {
      const startedMs = parts.clock.monotonicMs();
      const attempt = new AbortController();
      const stop = (): void => attempt.abort();
      over.addEventListener('abort', stop, { once: true });
      attempts.add(attempt);
      try {
        const opening = await openOne(parts, policyOf(), request, avoid, attempt.signal);
        if (opening) {
          const { instance } = opening.target.endpoint;
          yield { kind: 'opened', instance };
          const detail = yield* readOne(opening, request, attempt.signal);
          if (over.aborted) return;
          yield { kind: 'lost', detail };
          avoid = instance;
          // One that held is no part of a series of failures; one begun anew on purpose neither.
          const heldMs = parts.clock.monotonicMs() - startedMs;
          if (heldMs >= policyOf().retry.maxDelayMs || attempt.signal.aborted) failures = 0;
        }
      } finally {
        attempts.delete(attempt);
        over.removeEventListener('abort', stop);
        attempt.abort();
      }
      failures = Math.min(failures + 1, 30);
      const pauseMs = backoffMs(policyOf().retry, failures, parts.random);
      await parts.clock.sleep(pauseMs, over).catch(() => undefined);
    }
  }

  return {
    open: follow,
    reopen() {
      for (const attempt of attempts) attempt.abort();
    },
    [Symbol.dispose]: () => end.abort(),
  };
}

/** One attempt, counted and shown in a span; undefined if it did not open. */
async function openOne(
  parts: LinkParts,
  policy: LinkPolicy,
  request: StreamRequest<unknown>,
  avoid: string | undefined,
  signal: AbortSignal,
): Promise<Opened | undefined> {
  const permit = parts.breaker.admit();
  if (!permit) {
    parts.events.breakerRejected();
    return undefined;
  }
  const target = parts.balancer.pick(avoid);
  const startedMs = parts.clock.monotonicMs();
  const { service, method } = request.call;
  const span = parts.telemetry.tracer.startSpan(`${service}/${method}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTRIBUTE.peerService]: parts.callee,
      'rpc.system': 'grpc',
      'rpc.service': service,
      'rpc.method': method,
      [ATTRIBUTE.attempt]: 1,
      [ATTRIBUTE.maxAttempts]: 1,
      ...(target ? { 'server.address': target.endpoint.instance } : {}),
    },
  });
  const headers = contextHeaders(currentContext(), Infinity);
  injectTrace(trace.setSpan(context.active(), span), headers);
  const opening = await send(parts, policy, request, { target, headers, signal });
  const { verdict, outcome, detail } = judge(opening, parts.clock.now());
  permit.settle(target && verdict);
  span.setAttribute(ATTRIBUTE.outcome, outcome);
  if (verdict === 'failure') {
    span.setAttribute('error.type', outcome);
    span.setStatus({ code: SpanStatusCode.ERROR, message: detail });
  }
  span.end();
  const labels = { link: parts.name, operation: request.operation, outcome };
  parts.metrics.attempts.observe(labels, (parts.clock.monotonicMs() - startedMs) / 1000);
  if (opening.kind === 'opened' && target) {
    return { kind: 'opened', target, messages: opening.messages };
  }
  target?.release(verdict && verdict === 'success');
  return undefined;
}

async function send(
  { rpc, callee, credentialsOf }: LinkParts,
  { timeout }: LinkPolicy,
  { call }: StreamRequest<unknown>,
  way: { target: Target | undefined; headers: Record<string, string>; signal: AbortSignal },
): Promise<RpcOpening> {
  const { target, signal } = way;
  const openWithinMs = timeout.enabled ? timeout.attemptMs : Infinity;
  if (!target) {
    return { kind: 'broken', sent: false, detail: `No instance of ${callee} is known` };
  }
  const shown = await credentialsOf?.(callee, openWithinMs);
  if (shown?.kind === 'unavailable') return { kind: 'cancelled' };
  const headers = { ...shown?.headers, ...way.headers };
  const { host, port } = target.endpoint;
  return rpc.open({ host, port, call, headers, openWithinMs, signal });
}

/** What the opening tells about the callee; nothing if it was called off. */
function judge(
  opening: RpcOpening,
  now: number,
): { verdict: 'success' | 'failure' | undefined; outcome: string; detail: string } {
  if (opening.kind === 'opened') return { verdict: 'success', outcome: 'ok', detail: '' };
  if (opening.kind === 'cancelled') return { verdict: undefined, outcome: 'cancelled', detail: '' };
  const read = interpret(opening, { schema: z.unknown(), checked: true }, now, false);
  if (read.kind !== 'failed') return { verdict: 'success', outcome: read.kind, detail: '' };
  return { verdict: 'failure', outcome: read.reason, detail: read.detail };
}

/** @returns why it ended */
async function* readOne<Message>(
  { target, messages }: Opened,
  { message: shape }: StreamRequest<Message>,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent<Message>, string> {
  let good: boolean | undefined;
  try {
    for await (const given of messages) {
      const parsed = shape.safeParse(given);
      if (!parsed.success) {
        good = false;
        const [issue] = parsed.error.issues;
        return `Message of another shape: ${issue?.path.join('.') || 'message'}: ${issue?.message}`;
      }
      yield { kind: 'message', message: parsed.data };
    }
    return 'The callee ended it';
  } catch (error) {
    if (!signal.aborted) good = false;
    return (error as Error).message;
  } finally {
    target.release(good);
  }
}
