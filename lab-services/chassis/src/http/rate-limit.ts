import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import type { Configuration } from '../configuration/configuration.ts';
import { currentContext } from '../context/request-context.ts';
import { EVENT, METRIC, type Clock, type Trust } from '../core/index.ts';
import type { ResetBook } from '../reset/reset-book.ts';
import type { Telemetry } from '../service.ts';
import { isForMachines } from './operational-routes.ts';
import { problem } from './problem-error.ts';
import { createRateLimiter, type RateDecision, type RateLimitPolicy } from './rate-limiter.ts';

export interface RateLimitOptions {
  configuration: Pick<Configuration, 'current' | 'enforced'>;
  telemetry: Telemetry;
  clock: Clock;
  resets: Pick<ResetBook, 'onReset'>;
}

/**
 * Refuses what one client asks beyond its share: 429 `rate-limited` with `Retry-After`. Every answer
 * says what is left, in the fields of draft-ietf-httpapi-ratelimit-headers-10. A client is the user
 * on whose behalf the request is made, else the address it comes from.
 */
export function addRateLimit(app: FastifyInstance, options: RateLimitOptions): void {
  const { configuration, telemetry, clock, resets } = options;
  const limiter = createRateLimiter(() => clock.monotonicMs());
  resets.onReset(() => limiter.clear());
  const refused = new Counter({
    name: METRIC.rateLimited,
    help: 'Requests beyond the share of their client',
    registers: [telemetry.metrics],
  });
  app.addHook('onRequest', (request, reply, done) => {
    const policy = configuration.enforced('rateLimit');
    if (!policy || isForMachines(request)) return done();
    const client = clientOf(request, configuration.current.trust);
    const decision = limiter.take(client, policy);
    tell(reply, policy, decision);
    if (decision.allowed) return done();
    refused.inc();
    telemetry.event(EVENT.rateLimited, { client }, `${client} asks too much`);
    void reply.header('retry-after', decision.retryInS);
    const share = `${policy.requestsPerS}/s, ${policy.burst} at once`;
    done(problem(429, 'rate-limited', `A client may ask ${share}; try in ${decision.retryInS} s`));
  });
}

/** The service that tells who asked it, in `X-Forwarded-For`. */
const FRONT_DOOR = 'edge';
const SAFE_ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;

function clientOf(request: FastifyRequest, trust: Trust): string {
  const context = currentContext();
  if (context?.user) return `user ${context.user.id}`;
  const forwarded = request.headers['x-forwarded-for'];
  const believed = isFromFrontDoor(context?.caller, trust) && typeof forwarded === 'string';
  return believed && SAFE_ADDRESS.test(forwarded)
    ? `address ${forwarded}`
    : `address ${request.ip}`;
}

/** As the certificate says; while links have none, as the registry says who calls this service. */
function isFromFrontDoor(caller: string | undefined, { mtls, callers }: Trust): boolean {
  return caller === FRONT_DOOR || (caller === undefined && !mtls && callers.includes(FRONT_DOOR));
}

function tell(
  reply: FastifyReply,
  { burst, requestsPerS }: RateLimitPolicy,
  { remaining, fullInS }: RateDecision,
): void {
  const windowS = Math.max(1, Math.ceil(burst / requestsPerS));
  void reply.header('ratelimit-policy', `"client";q=${burst};w=${windowS}`);
  void reply.header('ratelimit', `"client";r=${remaining};t=${fullInS}`);
}
