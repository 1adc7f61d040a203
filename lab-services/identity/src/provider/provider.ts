import Provider, {
  errors,
  interactionPolicy,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { findPerson } from '../accounts/people.ts';
import type { KeySet } from '../keys/key-ring.ts';
import { renderErrorPage } from '../login/pages.ts';
import { createAdapterFactory, type AdapterOptions } from './adapter.ts';
import { SHOP_CLIENT, type Clients } from './clients.ts';

/** Life of access tokens, seconds. */
export const ACCESS_TOKEN_S = 900;
/** A visit: how long a session and its refresh tokens last, seconds. */
const VISIT_S = 8 * 3_600;
const CODE_S = 60;
const LOGIN_S = 600;
const HOME = 'http://gateway';

export interface ProviderOptions extends AdapterOptions {
  issuer: string;
  keys: KeySet;
  cookieSecret: string;
}

/** Creates the OpenID Connect provider. Its state is in the database, so it can be made anew. */
export function createProvider(options: ProviderOptions): Provider {
  const provider = new Provider(options.issuer, configurationOf(options));
  provider.Client.prototype.compareClientSecret = async function (actual) {
    return options.clients.isSecret(this.clientId, actual);
  };
  // Koa writes errors to standard error itself; what matters is told through events.
  (provider as unknown as { silent: boolean }).silent = true;
  return provider;
}

function configurationOf(options: ProviderOptions): Configuration {
  const { keys } = options;
  const policy = interactionPolicy.base();
  // Every client is the lab's own: nobody is asked for consent.
  policy.remove('consent');
  return {
    adapter: createAdapterFactory(options),
    jwks: { keys: [keys.current, keys.next, ...keys.retired] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    cookies: {
      keys: [options.cookieSecret],
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    scopes: ['openid'],
    claims: { openid: ['sub', 'roles'] },
    ttl: {
      AccessToken: ACCESS_TOKEN_S,
      ClientCredentials: ACCESS_TOKEN_S,
      IdToken: ACCESS_TOKEN_S,
      AuthorizationCode: CODE_S,
      Interaction: LOGIN_S,
      RefreshToken: VISIT_S,
      Session: VISIT_S,
      Grant: VISIT_S,
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    interactions: { policy, url: (_ctx, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: findOrMakeGrant,
    findAccount: (_ctx, id) => {
      const person = findPerson(id);
      return person && { accountId: id, claims: () => ({ sub: id, roles: [...person.roles] }) };
    },
    extraTokenClaims: (_ctx, token) => {
      if (token.kind !== 'AccessToken') return undefined;
      return { roles: [...(findPerson(token.accountId)?.roles ?? [])] };
    },
    renderError: (ctx, { error, error_description: detail }) => {
      ctx.type = 'html';
      ctx.body = renderErrorPage(`${error}${detail ? `: ${detail}` : ''}`);
    },
    features: featuresOf(options),
  };
}

function featuresOf({ clients, keys }: ProviderOptions): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_ctx, client) => (client.clientId === SHOP_CLIENT ? HOME : []),
      useGrantedResource: async () => true,
      getResourceServerInfo: (_ctx, resource, client) =>
        resourceServer(clients, resource, client.clientId, keys.current.kid),
    },
  };
}

/** @throws InvalidTarget for a service that the client must not call */
async function resourceServer(clients: Clients, resource: string, clientId: string, kid: string) {
  const audience = /^http:\/\/([a-z][a-z-]*)\/?$/.exec(resource)?.[1];
  const scopes = audience === undefined ? [] : clients.scopesAt(clientId, audience);
  if (audience === undefined || scopes.length === 0) {
    throw new errors.InvalidTarget(`${clientId} may not call ${resource.slice(0, 100)}`);
  }
  return {
    audience,
    scope: scopes.join(' '),
    accessTokenTTL: ACCESS_TOKEN_S,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'ES256' as const, kid } },
  };
}

async function findOrMakeGrant(ctx: KoaContextWithOIDC) {
  const { session, client, provider, resourceServers } = ctx.oidc;
  if (!session?.accountId || !client) return undefined;
  const known = session.grantIdFor(client.clientId);
  const existing = known === undefined ? undefined : await provider.Grant.find(known);
  const grant =
    existing ?? new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  for (const [resource, { scope }] of Object.entries(resourceServers ?? {})) {
    grant.addResourceScope(resource, scope);
  }
  await grant.save();
  return grant;
}
