import type { ForwardRequest, ServiceApp } from '@faultline/chassis';
import type { FrontDoor } from './front-door.ts';
import { toInsideHeaders } from './outside-headers.ts';

/** What is reached from outside; everything else is 404 here and goes no further. */
const PUBLIC_PREFIXES = ['/v1', '/v2', '/web', '/mobile'] as const;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Registers what is handed on. Bodies are bytes here: nobody reads them. */
export async function registerRoutes(app: ServiceApp, door: FrontDoor): Promise<void> {
  await app.register(async (outside: ServiceApp) => {
    outside.removeAllContentTypeParsers();
    outside.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    for (const prefix of PUBLIC_PREFIXES) registerPrefix(outside, prefix, door);
  });
}

function registerPrefix(app: ServiceApp, prefix: string, door: FrontDoor): void {
  app.route({
    method: [...METHODS],
    url: `${prefix}/*`,
    // The gateway knows who may do what; this door asks nobody.
    config: { access: 'public' },
    schema: { hide: true },
    async handler(request, reply) {
      const method = (
        request.method === 'HEAD' ? 'GET' : request.method
      ) as ForwardRequest['method'];
      const answer = await door.pass({
        operation: prefix,
        method,
        target: request.raw.url ?? '/',
        headers: toInsideHeaders(request.headers, {
          address: request.ip,
          host: request.headers.host,
          protocol: request.protocol,
        }),
        body: request.body as Buffer | undefined,
      });
      return reply.status(answer.status).headers(answer.headers).send(answer.body);
    },
  });
}
