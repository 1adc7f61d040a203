import type { ServiceApp } from '@faultline/chassis';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import { z } from 'zod';
import type { Accounts, LoginOutcome } from '../accounts/accounts.ts';
import type { Events } from '../events.ts';
import { PAGE_HEADERS, renderErrorPage, renderLoginPage } from './pages.ts';

const LARGEST_FORM_BYTES = 4_096;

const paramsSchema = z.object({ uid: z.string().regex(/^[\w-]{8,64}$/) });
const formSchema = z.object({
  user: z.string().max(64).default(''),
  password: z.string().max(200).default(''),
});

interface Parts {
  provider: () => Provider;
  accounts: Accounts;
  events: Events;
}

/** Registers the login page and what its form does. */
export function registerLoginRoutes(app: ServiceApp, { provider, accounts, events }: Parts): void {
  const config = { access: 'public' } as const;
  void app.register((scope: ServiceApp, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: LARGEST_FORM_BYTES },
      (_request, body, parsed) =>
        parsed(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    const schema = { hide: true, params: paramsSchema };

    scope.get('/interaction/:uid', { config, schema }, async (request, reply) => {
      if (!(await underway(provider(), request, reply))) return begun(reply);
      return show(reply, 200, renderLoginPage(request.params));
    });

    scope.post(
      '/interaction/:uid',
      { config, schema: { ...schema, body: formSchema } },
      async (request, reply) => {
        const { user, password } = request.body;
        if (!(await underway(provider(), request, reply))) return begun(reply);
        const outcome = await accounts.logIn(user, password);
        events.loggedIn(outcome.kind);
        if (outcome.kind !== 'accepted') {
          const { uid } = request.params;
          const page = renderLoginPage({ uid, user, problem: describe(outcome) });
          return show(reply, STATUS[outcome.kind], page);
        }
        const login = { accountId: outcome.user.id, remember: true };
        const back = await provider().interactionResult(request.raw, reply.raw, { login });
        // A path: the browser may have come through any port.
        return reply.redirect(new URL(back).pathname, 303);
      },
    );
    done();
  });
}

const STATUS = { refused: 401, locked: 429, 'not-ready': 503 } as const;

function describe(outcome: Exclude<LoginOutcome, { kind: 'accepted' }>): string {
  switch (outcome.kind) {
    case 'refused':
      return 'There is no such user, or the password is another one.';
    case 'locked':
      return `Too many wrong passwords. Try again in ${outcome.seconds} s.`;
    case 'not-ready':
      return 'The identity provider is still starting. Try again in a moment.';
  }
}

/** Whether the cookie of the browser belongs to a login that was begun. */
async function underway(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  try {
    const { uid } = await provider.interactionDetails(request.raw, reply.raw);
    return uid === (request.params as { uid?: string }).uid;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 400) return false;
    throw error;
  }
}

function begun(reply: FastifyReply): FastifyReply {
  return show(reply, 400, renderErrorPage('This login is over, or it began in another browser.'));
}

function show(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).headers(PAGE_HEADERS).serializer(String).send(page);
}
