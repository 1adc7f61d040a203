import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Clock } from '@faultline/chassis/core';
import type { Fleet, InstanceStatus, PartStatus } from '@faultline/fleet';
import type { HttpProbeAnswer, HttpProbeRequest, Sight } from '../model.ts';

/** Most of a body that is read, bytes; the rest is not waited for. */
const MOST_BODY_BYTES = 64 * 1024;
const FRONT_DOOR_LAYER = 'edge';

/** What to show and whom to trust in a TLS handshake; PEM. */
export interface ProbeTls {
  /** Certificates of the authorities to trust. */
  authorities: string;
  /** Shown to an instance that asks for one; without it such an instance refuses. */
  client?: { certificate: string; privateKey: string };
}

/** What the requests of a sight need. */
export interface HttpSightParts {
  clock: Clock;
  fleet: Pick<Fleet, 'status' | 'directUrl'>;
  /** Access token of a customer; throws when nobody can be logged in. */
  logIn(customer: string): Promise<string>;
  /** Asked for each request: certificates are replaced while the lab runs. */
  tls?: (() => Promise<ProbeTls | null>) | undefined;
  /** Gives up what is under way. */
  signal?: AbortSignal | undefined;
}

/**
 * Creates the requests of HTTP probes. They go to an instance of the fleet and nowhere else: the
 * address is the fleet's, redirects are not followed.
 *
 * The front door is asked over TLS, and every service is while links speak mutual TLS; HTTP and TLS
 * share the port. Without anything to trust, requests are in plaintext.
 */
export function createHttpSight(parts: HttpSightParts): Sight['http'] {
  return async (request) => {
    const { services, mtls } = parts.fleet.status();
    const part = services.find(({ name }) => name === request.service);
    const instance = part && oneOf(part);
    if (!instance) return refused(`there is no service ${request.service}`);
    const base = parts.fleet.directUrl(instance.id);
    if (base === null) return refused(`${instance.id} has no address, it is ${instance.state}`);
    const url = new URL(request.path, base);
    if (url.origin !== new URL(base).origin) return refused('the path leads to another address');
    const token = request.as === undefined ? null : await parts.logIn(request.as);
    const isEncrypted = mtls || part.layer === FRONT_DOOR_LAYER;
    const tls = isEncrypted ? ((await parts.tls?.()) ?? null) : null;
    if (tls) url.protocol = 'https:';
    return send(url, headersOf(request, token), request, { tls, parts });
  };
}

/** One that is ready, or else any: that it does not answer is a value. */
function oneOf({ instances }: PartStatus): InstanceStatus | undefined {
  return instances.find(({ state }) => state === 'ready') ?? instances[0];
}

function headersOf(
  { headers, body }: HttpProbeRequest,
  token: string | null,
): Record<string, string> {
  return {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

function send(
  url: URL,
  headers: Record<string, string>,
  { service, method, body, certificate, timeoutMs }: HttpProbeRequest,
  { tls, parts }: { tls: ProbeTls | null; parts: HttpSightParts },
): Promise<HttpProbeAnswer> {
  const { clock, signal } = parts;
  const startedMs = clock.monotonicMs();
  const within = AbortSignal.timeout(timeoutMs);
  const options: RequestOptions = {
    method,
    headers,
    // A connection of its own: a kept one would hide that nobody listens any more.
    agent: false,
    signal: signal ? AbortSignal.any([within, signal]) : within,
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve(refused(within.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)));
    };
    const onAnswer = (answer: IncomingMessage): void => {
      readBody(answer).then((text) => {
        const durationMs = clock.monotonicMs() - startedMs;
        resolve({ kind: 'answered', status: answer.statusCode ?? 0, durationMs, body: text });
      }, fail);
    };
    const asked =
      url.protocol === 'https:'
        ? requestTls(url, { ...options, ...tlsOptions(tls, service, certificate) }, onAnswer)
        : requestPlain(url, options, onAnswer);
    asked.on('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** An instance is known by the name of its service, whatever address it listens on. */
function tlsOptions(
  tls: ProbeTls | null,
  service: string,
  certificate: HttpProbeRequest['certificate'],
) {
  const client = certificate === 'shown' ? tls?.client : undefined;
  return {
    servername: service,
    ...(tls ? { ca: tls.authorities } : {}),
    ...(client ? { cert: client.certificate, key: client.privateKey } : {}),
  };
}

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, MOST_BODY_BYTES - size));
    size += chunk.length;
    if (size >= MOST_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error.message : `${error.message} (${code})`;
}

function refused(detail: string): HttpProbeAnswer {
  return { kind: 'refused', detail: detail.slice(0, 300) };
}
