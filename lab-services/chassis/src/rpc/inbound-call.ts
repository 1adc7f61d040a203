import type { IncomingHttpHeaders } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import {
  createRequestContext,
  parseCorrelationId,
  parseDeadlineMs,
  withRequestContext,
} from '../context/request-context.ts';
import { ATTRIBUTE, EVENT, HEADER, type Clock, type IdSource } from '../core/index.ts';
import type { RequestFaults } from '../faults/request-faults.ts';
import { answerUnder } from '../faults/rpc-faults.ts';
import { OVERLOADED, type LoadShedder } from '../http/load-shedding.ts';
import { deadlineExceeded, dependencyAway, ProblemError } from '../http/problem-error.ts';
import type { ServerDuration } from '../http/server-duration.ts';
import type { Access } from '../security/access.ts';
import { admitted, type Inbound } from '../security/inbound.ts';
import type { Telemetry } from '../service.ts';
import { extractTrace } from '../telemetry/trace-context.ts';
import type { CallerGuard } from '../transport/caller-guard.ts';
import type { Peer } from '../transport/peer.ts';
import { RPC_STATUS, toHttpStatus, toRpcStatus } from './status.ts';

/** Method of gRPC calls in metrics and log lines, beside those of HTTP. */
const METHOD = 'GRPC';

export interface InboundCallOptions {
  telemetry: Telemetry;
  log: Logger;
  clock: Clock;
  ids: IdSource;
  guard: CallerGuard;
  shedder: LoadShedder;
  duration: ServerDuration;
  /** Undefined where nobody asks for tokens. */
  inbound: Inbound | undefined;
  requestFaults: RequestFaults;
}

/** A call as it came. */
export interface InboundCall {
  /** `inventory.v1.Inventory/CheckStock`. */
  operation: string;
  access: Access;
  peer: Peer;
  metadata: Metadata;
  deadline: Date | number;
  /** Aborted when the caller called it off, or its time is over. */
  signal: AbortSignal;
}

/**
 * Runs one call from its first byte on: load shedding, context, span, guards, then `work`; and one
 * access log line and one observation when it ended. A stream is run until it is open.
 *
 * @throws what `work` throws, or the ProblemError that refuses the call
 */
export async function runInbound<Answer>(
  options: InboundCallOptions,
  call: InboundCall,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const { telemetry, clock, ids, shedder } = options;
  if (!shedder.enter()) throw new ProblemError(OVERLOADED);
  const startedMs = clock.monotonicMs();
  const { operation } = call;
  const headers = headersOf(call.metadata);
  const remote = extractTrace(headers);
  const correlationId = parseCorrelationId(headers[HEADER.correlationId]) ?? ids.next();
  const leftMs = leftOf(call, headers, clock);
  const [service, name] = operation.split('/') as [string, string];
  const request = createRequestContext(clock, correlationId, leftMs);
  const attributes = {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': name,
    [ATTRIBUTE.correlationId]: correlationId,
    ...(leftMs === undefined ? {} : { [ATTRIBUTE.deadlineLeftMs]: Math.round(leftMs) }),
  };
  const span = telemetry.tracer.startSpan(operation, { kind: SpanKind.SERVER, attributes }, remote);
  return context.with(withRequestContext(trace.setSpan(remote, span), request), async () => {
    let status: number = RPC_STATUS.ok;
    try {
      options.guard.admit(call.peer, operation);
      if (options.inbound) {
        admitted(request, await options.inbound.admit(headers, call.access, operation));
      }
      options.guard.compare(call.peer, request, operation);
      if (request.deadlineLeftMs() <= 0) {
        telemetry.event(EVENT.deadlineExceeded, { route: operation }, 'request not started');
        throw deadlineExceeded('the request');
      }
      const hit = options.requestFaults.draw(operation, request.caller);
      return await (hit ? answerUnder(hit, work) : work());
    } catch (error) {
      const told = toldOf(error, call.signal);
      status = statusOf(told, call.signal);
      if (told !== error) options.log.warn({ err: error }, `${operation}: a dependency is away`);
      else if (!(error instanceof ProblemError) && status !== RPC_STATUS.cancelled) {
        options.log.error({ err: error }, `${operation} failed`);
      }
      if (toHttpStatus(status) >= 500) span.recordException(error as Error);
      throw told;
    } finally {
      shedder.leave();
      end(options, operation, span, status, clock.monotonicMs() - startedMs);
    }
  });
}

function end(
  { duration, log }: InboundCallOptions,
  operation: string,
  span: Span,
  rpcStatus: number,
  durationMs: number,
): void {
  const status = toHttpStatus(rpcStatus);
  span.setAttribute('rpc.grpc.status_code', rpcStatus);
  if (status >= 500) {
    span.setAttribute('error.type', String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  const labels = { method: METHOD, route: operation, status: String(status) };
  duration.observe(labels, durationMs / 1000);
  log.info(
    {
      'rpc.system': 'grpc',
      'http.route': operation,
      'rpc.grpc.status_code': rpcStatus,
      duration_ms: Math.round(durationMs * 100) / 100,
    },
    `${METHOD} ${operation} answered ${rpcStatus}`,
  );
  span.end();
}

/** What the caller is told of: the error, or that a dependency is away where it says no more. */
function toldOf(error: unknown, signal: AbortSignal): unknown {
  const known = error instanceof ProblemError || signal.aborted;
  return known ? error : (dependencyAway(error) ?? error);
}

function statusOf(error: unknown, signal: AbortSignal): number {
  if (error instanceof ProblemError) return toRpcStatus(error.problem.status);
  return signal.aborted ? RPC_STATUS.cancelled : RPC_STATUS.internal;
}

function headersOf(metadata: Metadata): IncomingHttpHeaders {
  const entries = Object.entries(metadata.getMap());
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** The smaller of `grpc-timeout` and `x-deadline-ms`, milliseconds from now; undefined without. */
function leftOf(
  { deadline }: InboundCall,
  headers: IncomingHttpHeaders,
  clock: Clock,
): number | undefined {
  const at = Number(deadline);
  const left = Number.isFinite(at) ? at - clock.now() : Infinity;
  const told = parseDeadlineMs(headers[HEADER.deadlineMs]) ?? Infinity;
  const leftMs = Math.min(left, told);
  return Number.isFinite(leftMs) ? leftMs : undefined;
}
