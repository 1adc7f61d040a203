import { trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { currentContext } from '../context/request-context.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { ATTRIBUTE, EVENT, type Clock } from '../core/index.ts';
import { problem, type ProblemError } from '../http/problem-error.ts';
import { accessRefusals } from '../security/refusals.ts';
import type { RequestContext, Telemetry } from '../service.ts';
import { peerOf, type Peer } from './peer.ts';

/** For how long plaintext is still answered after mutual TLS was switched on, milliseconds. */
const GRACE_MS = 2000;

export interface CallerGuardOptions {
  configuration: Configuration;
  telemetry: Telemetry;
  clock: Clock;
}

/** Decides by the certificate of its connection whether a request of any protocol is welcome. */
export interface CallerGuard {
  /** @throws ProblemError 403 `certificate-required`, `certificate-refused`, `caller-refused` */
  admit(peer: Peer, operation: string): void;
  /**
   * Compares with who the token says it is, and notes the caller if there is no token.
   *
   * @throws ProblemError 403 `caller-mismatch`
   */
  compare(peer: Peer, context: RequestContext, operation: string): void;
}

/** Creates the guard; it follows the switch for mutual TLS. */
export function createCallerGuard(options: CallerGuardOptions): CallerGuard {
  const { configuration, telemetry, clock } = options;
  const refused = accessRefusals(telemetry.metrics);
  let enforcedFromMs = Infinity;
  let told = false;
  configuration.follow(({ version, trust }) => {
    if (!trust.mtls) enforcedFromMs = Infinity;
    else if (enforcedFromMs === Infinity) {
      // Callers that were told a moment later still speak plaintext. An instance that starts has
      // no callers yet.
      enforcedFromMs = clock.monotonicMs() + (told ? GRACE_MS : 0);
    }
    told ||= version > 0;
  });
  const refuse = (error: ProblemError, peer: Peer, operation: string): never => {
    const { code } = error.problem;
    const caller = peer.kind === 'service' ? peer.name : 'unknown';
    refused.inc({ reason: code });
    const attributes = { reason: code, [ATTRIBUTE.caller]: caller };
    telemetry.event(EVENT.accessRefused, attributes, `${operation} refused: ${code}`);
    throw error;
  };
  return {
    admit(peer, operation) {
      if (clock.monotonicMs() < enforcedFromMs) return;
      const error = refusalOf(peer, configuration.current.trust);
      if (error) refuse(error, peer, operation);
    },
    compare(peer, context, operation) {
      if (peer.kind !== 'service') return;
      const { caller } = context;
      if (caller !== undefined && caller !== peer.name) {
        const detail = `The certificate is that of ${peer.name}, the token that of ${caller}.`;
        refuse(problem(403, 'caller-mismatch', detail), peer, operation);
      }
      if (caller !== undefined) return;
      Object.assign(context, { caller: peer.name });
      trace.getActiveSpan()?.setAttribute(ATTRIBUTE.caller, peer.name);
    },
  };
}

function refusalOf(
  peer: Peer,
  { callers, open }: Configuration['current']['trust'],
): ProblemError | undefined {
  switch (peer.kind) {
    case 'plaintext':
      return problem(403, 'certificate-required', 'Mutual TLS is on: plaintext is not answered.');
    case 'anonymous':
      if (open) return undefined;
      return problem(403, 'certificate-required', 'The call came without a certificate.');
    case 'refused':
      return problem(403, 'certificate-refused', `The certificate is not good: ${peer.reason}.`);
    case 'service':
      if (callers.includes(peer.name)) return undefined;
      return problem(403, 'caller-refused', `${peer.name} may not call this service.`);
  }
}

/**
 * Guards every route of `app` but those of machines and operators: the launcher asks them without a
 * certificate, and `/internal/*` has a token of its own.
 */
export function guardConnections(
  app: FastifyInstance,
  guard: CallerGuard,
  isExempt: (request: FastifyRequest) => boolean,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isExempt(request)) guard.admit(peerOf(request.raw.socket), operationOf(request));
    done();
  });
  // The token was read meanwhile.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const context = currentContext();
    if (context) guard.compare(peerOf(request.raw.socket), context, operationOf(request));
    done();
  });
}

function operationOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? 'of no route'}`;
}
