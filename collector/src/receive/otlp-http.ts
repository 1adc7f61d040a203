import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Signal } from '../model/records.ts';
import { MAX_BODY_BYTES, unpack } from './body.ts';
import { decodeRequest, type Encoding } from './decode.ts';
import { take, type Intake } from './intake.ts';
import { responseBytes, responseJson, statusBytes } from './response.ts';

const ROUTES: readonly (readonly [string, Signal])[] = [
  ['/v1/traces', 'spans'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
];

/** Bodies in memory at once, bytes. Beyond, senders are asked to come again. */
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;

/** Codes of `google.rpc.Code` that errors carry. */
const RPC_CODE = { invalidArgument: 3, resourceExhausted: 8, internal: 13 } as const;

/**
 * Adds the OTLP/HTTP receiver (OTLP 1.x specification, section OTLP/HTTP): POST of protobuf or
 * JSON, gzip or deflate; 200 with a partial success, 400 for bytes that cannot be read, 413, 415,
 * and 503 with `retry-after` while too much is in flight. Errors are a `google.rpc.Status`.
 */
export async function otlpHttp(server: FastifyInstance, intake: Intake): Promise<void> {
  let inFlightBytes = 0;
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ['application/x-protobuf', 'application/json'],
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
      const signal = ROUTES.find(([path]) => path === request.url.split('?')[0])?.[1];
      const status = error.statusCode ?? 500;
      if (signal) intake.refuse(signal, status === 413 ? 'too-large' : 'invalid');
      return fail(request, reply, status, error.message);
    });
    for (const [path, signal] of ROUTES) {
      scope.post(path, async (request, reply) => {
        const body = request.body as Buffer;
        if (inFlightBytes + body.length > MAX_IN_FLIGHT_BYTES) {
          void reply.header('retry-after', '1');
          return fail(request, reply, 503, 'too many bytes in flight, come again in a second');
        }
        inFlightBytes += body.length;
        try {
          return await receive(intake, signal, request, reply);
        } finally {
          inFlightBytes -= body.length;
        }
      });
    }
  });
}

async function receive(
  intake: Intake,
  signal: Signal,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const unpacked = await unpack(request.body as Buffer, request.headers['content-encoding']);
  if (!unpacked.ok) {
    intake.refuse(signal, unpacked.reason === 'too-large' ? 'too-large' : 'invalid');
    const status = { 'too-large': 413, unsupported: 415, invalid: 400 }[unpacked.reason];
    return fail(request, reply, status, unpacked.problem);
  }
  const encoding = encodingOf(request);
  const taken = take(intake, signal, decodeRequest(signal, encoding, unpacked.bytes));
  if (!taken.ok) return fail(request, reply, 400, taken.problem);
  if (encoding === 'json') return reply.send(responseJson(signal, taken.refusal));
  return reply.type('application/x-protobuf').send(responseBytes(taken.refusal));
}

function fail(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  const code =
    status >= 500 || status === 413
      ? status === 500
        ? RPC_CODE.internal
        : RPC_CODE.resourceExhausted
      : RPC_CODE.invalidArgument;
  void reply.code(status);
  if (encodingOf(request) === 'json') return reply.send({ code, message });
  return reply.type('application/x-protobuf').send(statusBytes(code, message));
}

function encodingOf(request: FastifyRequest): Encoding {
  return request.headers['content-type']?.startsWith('application/json') ? 'json' : 'protobuf';
}
