import type { IncomingHttpHeaders } from 'node:http';
import { problem } from '../http/problem-error.ts';
import { z } from 'zod';
import { HEADER } from '../core/index.ts';
import type { RpcCall } from '../rpc/client.ts';
import type {
  CallOutcome,
  ForwardedAnswer,
  ForwardOutcome,
  ForwardRequest,
  LinkRequest,
} from '../service.ts';

/**
 * Headers of one connection, which end with it (RFC 9110, section 7.6.1; `keep-alive` and
 * `proxy-connection` as older peers send them).
 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What the next connection says for itself, or what the chassis says on every one. */
const OF_THE_CONNECTION = new Set(['host', 'content-length', 'expect', 'http2-settings']);

/** Context, which the chassis writes itself. */
const OF_THE_CONTEXT = ['traceparent', 'tracestate', HEADER.correlationId, HEADER.deadlineMs];

/** A target in origin form (RFC 9112, section 3.2.1): visible ASCII, no fragment. */
const SAFE_TARGET = /^\/[\x21\x22\x24-\x7e]*$/;
const SAFE_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Headers that may travel on: no hop-by-hop ones, none that `Connection` names, none that belong to
 * the connection itself, and nothing with a character that could begin another header.
 */
export function endToEndHeaders(received: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set(
    String(received.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  const headers: Record<string, string | string[]> = {};
  for (const [given, value] of Object.entries(received)) {
    const name = given.toLowerCase();
    if (value === undefined || !SAFE_NAME.test(name)) continue;
    if (HOP_BY_HOP.has(name) || OF_THE_CONNECTION.has(name) || named.has(name)) continue;
    const values = Array.isArray(value) ? value : [value];
    if (values.every((one) => SAFE_VALUE.test(one))) headers[name] = value;
  }
  return headers;
}

/** @throws ProblemError 400 `unforwardable-target` */
function checkTarget(target: string): void {
  if (SAFE_TARGET.test(target)) return;
  throw problem(
    400,
    'unforwardable-target',
    `The target must be a path of visible ASCII characters; received ${JSON.stringify(target.slice(0, 100))}`,
  );
}

/** A request on its way through the policies; `forwarded` if it is handed on as it came. */
export type GuardedRequest<Body> = LinkRequest<Body> & {
  forwarded?: ForwardRequest;
  /** Sent over gRPC instead of HTTP. */
  rpc?: RpcCall;
  /** Headers that show who calls; a forwarded request shows what it came with. */
  credentials?: Readonly<Record<string, string>>;
};

/** @throws ProblemError for a target that cannot be forwarded */
export function toGuardedRequest(forwarded: ForwardRequest): GuardedRequest<ForwardedAnswer> {
  checkTarget(forwarded.target);
  const { operation, method, target: path } = forwarded;
  const key = forwarded.headers[HEADER.idempotencyKey];
  return {
    operation,
    method,
    path,
    ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
    response: z.custom<ForwardedAnswer>(),
    forwarded,
  };
}

/** What goes out: each header once, and none of those that the chassis writes itself. */
export function outgoingHeaders({ headers }: ForwardRequest): Record<string, string> {
  const outgoing: Record<string, string> = {};
  for (const [name, value] of Object.entries(endToEndHeaders(headers))) {
    if (OF_THE_CONTEXT.includes(name)) continue;
    outgoing[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return outgoing;
}

/** An answer is an answer, whatever its status; only what has none is a failure. */
export function toForwardOutcome(outcome: CallOutcome<ForwardedAnswer>): ForwardOutcome {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'answered', ...outcome.body, attempts: outcome.attempts };
    case 'refused':
    case 'failed':
      if (outcome.answer) {
        return { kind: 'answered', ...outcome.answer, attempts: outcome.attempts };
      }
      if (outcome.kind === 'failed') return outcome;
      throw new Error('a forwarded refusal has an answer');
    case 'fallback':
      throw new Error('a forwarded request has no fallback');
  }
}
