import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { currentContext } from '../context/request-context.ts';
import { ATTRIBUTE, EVENT, HEADER } from '../core/index.ts';
import { problem, type ProblemError } from '../http/problem-error.ts';
import type { RequestContext, Telemetry, User } from '../service.ts';
import { accessOf, USER_SCOPE, type Access } from './access.ts';
import { accessRefusals } from './refusals.ts';
import type { TokenVerifier, Verdict } from './token-verifier.ts';
import type { UserAssertions } from './user-assertion.ts';

/** Who makes a request, as far as it was shown. */
export interface Admission {
  caller?: string;
  user?: User;
  /** The user's assertion as it came, to be handed on until it ends. */
  assertion?: { value: string; expiresAtMs: number };
}

export interface InboundOptions {
  service: string;
  telemetry: Telemetry;
  verify: TokenVerifier;
  assertions: UserAssertions;
  /** Pattern `authentication`, at this moment: whether calls are refused at all. */
  enforced: () => boolean;
}

/** Decides on requests of any protocol. */
export interface Inbound {
  /**
   * Says who makes a request with these headers (gRPC: metadata), or throws why it is refused.
   *
   * @throws ProblemError 401 `token-required`, `token-invalid`, `token-expired`, 403
   * `scope-missing`, `user-required`, 503 `identity-unavailable`
   */
  admit(headers: IncomingHttpHeaders, access: Access, operation: string): Promise<Admission>;
}

/** Creates the decision; each refusal is counted and told once. */
export function createInbound(options: InboundOptions): Inbound {
  const { telemetry, verify, enforced } = options;
  const refused = accessRefusals(telemetry.metrics);

  return {
    async admit(headers, access, operation) {
      if (access === 'public' || access === 'operator') return {};
      const token = bearerOf(headers.authorization);
      const verdict = token === undefined ? undefined : await verify(token);
      if (access === 'visitor') return admissionOf(verdict, 'user', headers, options.assertions);
      const refusal = refusalOf(verdict, access);
      if (refusal && enforced()) {
        const { code } = refusal.problem;
        const caller = verdict?.kind === 'valid' ? verdict.claims.clientId : 'unknown';
        refused.inc({ reason: code });
        const attributes = { reason: code, [ATTRIBUTE.caller]: caller };
        telemetry.event(EVENT.accessRefused, attributes, `${operation} refused: ${code}`);
        throw refusal;
      }
      return admissionOf(verdict, access, headers, options.assertions);
    },
  };
}

/**
 * Puts a guard before every route of `app`. Routes that say nothing are closed to everybody without
 * the service's own scopes.
 */
export function guardRoutes(app: FastifyInstance, service: string, inbound: Inbound): void {
  app.addHook('onRequest', async (request, reply) => {
    const { url, config } = request.routeOptions;
    const access = accessOf(service, { url, method: request.method, declared: config.access });
    if (access === 'public' || access === 'operator') return;
    const context = currentContext();
    try {
      const operation = `${request.method} ${url}`;
      const admission = await inbound.admit(request.headers, access, operation);
      if (context) admitted(context, admission);
    } catch (error) {
      const status = (error as ProblemError).problem?.status;
      if (status === 401) reply.header('www-authenticate', challenge(error as ProblemError));
      if (status === 503) reply.header('retry-after', '1');
      throw error;
    }
  });
}

const assertionsOfContexts = new WeakMap<RequestContext, Admission['assertion'] & object>();

/** Writes into the context of a request who makes it. */
export function admitted(context: RequestContext, admission: Admission): void {
  const { caller, user, assertion } = admission;
  const span = trace.getActiveSpan();
  if (caller !== undefined) span?.setAttribute(ATTRIBUTE.caller, caller);
  if (user) span?.setAttribute(ATTRIBUTE.userId, user.id);
  Object.assign(context, caller === undefined ? {} : { caller }, user ? { user } : {});
  if (assertion) assertionsOfContexts.set(context, assertion);
}

/** The assertion that came with the request of `context`. */
export function assertionOf(context: RequestContext): Admission['assertion'] {
  return assertionsOfContexts.get(context);
}

async function admissionOf(
  verdict: Verdict | undefined,
  access: Access,
  headers: IncomingHttpHeaders,
  assertions: UserAssertions,
): Promise<Admission> {
  const claims = verdict?.kind === 'valid' ? verdict.claims : undefined;
  if (access === 'user') return claims?.user ? { user: claims.user } : {};
  const admission: Admission = claims && !claims.user ? { caller: claims.clientId } : {};
  const value = headers[HEADER.userAssertion];
  if (typeof value !== 'string') return admission;
  const asserted = await assertions.verify(value);
  if (!asserted) return admission;
  const { user, expiresAtMs } = asserted;
  return { ...admission, user, assertion: { value, expiresAtMs } };
}

function refusalOf(verdict: Verdict | undefined, access: Access): ProblemError | undefined {
  switch (verdict?.kind) {
    case undefined:
      return problem(401, 'token-required', 'The call needs a bearer token for this service.');
    case 'expired':
      return problem(401, 'token-expired', 'The token of the call has expired.');
    case 'invalid':
      return problem(401, 'token-invalid', `The token of the call is not good: ${verdict.detail}.`);
    case 'unknown':
      return problem(
        503,
        'identity-unavailable',
        `The token cannot be checked: ${verdict.detail}.`,
      );
    case 'valid':
      break;
  }
  const { scopes, user } = verdict.claims;
  if (access === 'user' && !user) {
    return problem(403, 'user-required', 'The call needs the token of a person.');
  }
  const needed = typeof access === 'object' ? access.scopes : [USER_SCOPE];
  const missing = needed.filter((scope) => !scopes.has(scope));
  if (missing.length === 0) return undefined;
  return problem(403, 'scope-missing', `The token lacks the scope ${missing.join(' ')}.`);
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** RFC 6750, section 3. */
function challenge({ problem: { code } }: ProblemError): string {
  return code === 'token-required' ? 'Bearer' : `Bearer error="invalid_token"`;
}
