import type { ServiceApp } from '@faultline/chassis';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the provider answers; everything else is 404 before it is asked. */
const ENDPOINTS: readonly (readonly ['GET' | 'POST', string, string])[] = [
  ['GET', '/.well-known/openid-configuration', 'Discovery (OpenID Connect Discovery 1.0)'],
  ['GET', '/jwks', 'Keys with which tokens are signed: current, next, retired (RFC 7517)'],
  ['GET', '/auth', 'Authorization request (RFC 6749, 7636)'],
  ['POST', '/auth', 'Authorization request (RFC 6749, 7636)'],
  ['GET', '/auth/:uid', 'Goes on after the login'],
  ['POST', '/token', 'Tokens for a code, a refresh token or client credentials'],
  ['POST', '/token/revocation', 'Revocation of a refresh token and its grant (RFC 7009)'],
];

const SAFE_HOST = /^[A-Za-z0-9.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/;

/** Lets the provider answer on its endpoints; `handle` is its request listener at that moment. */
export function registerProviderRoutes(
  app: ServiceApp,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  void app.register((scope: ServiceApp, _options, done) => {
    // The provider reads bodies itself, and no more than 56 KiB of one.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null, undefined));
    for (const [method, url, summary] of ENDPOINTS) {
      scope.route({
        method,
        url,
        config: { access: 'public' },
        schema: { summary },
        handler(request, reply) {
          const { headers } = request.raw;
          // Addresses in answers follow the name by which the client reached the service.
          if (!SAFE_HOST.test(headers.host ?? '')) headers.host = 'identity';
          reply.hijack();
          handle(request.raw, reply.raw);
        },
      });
    }
    done();
  });
}
