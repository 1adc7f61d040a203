import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { workloadSchema, type Jwk, type Workload } from '../core/index.ts';
import type { User } from '../service.ts';

/** What a test puts into a token; absent fields make it a good one. */
export interface TestToken {
  audience: string;
  /** Client; for a service its name. */
  client?: string;
  scopes?: readonly string[];
  /** Makes it the token of a person. */
  user?: User;
  /** Seconds from now, negative for an expired one; default 900. */
  expiresInS?: number;
  issuer?: string;
}

/**
 * An issuer on a free port of 127.0.0.1 that speaks just what the chassis asks of one (`/jwks`,
 * client credentials at `/token`), with real keys, and signs whatever a test wants.
 */
export interface TestIdentity extends AsyncDisposable {
  /** Value of `IDENTITY_ISSUER`. */
  readonly issuer: string;
  readonly port: number;
  /** Requests so far by path. */
  readonly asked: Record<string, number>;
  /** Whether it answers; while not, connections break. */
  online: boolean;
  /** Life of the tokens it issues, seconds. */
  lifeS: number;
  /** Public keys of the gateway's assertions, for `trust` of a registry. */
  readonly assertionKeys: Jwk[];
  /** Signs with another key from now on; the keys before stay published. */
  rotate(): Promise<void>;
  token(token: TestToken): Promise<string>;
  /** What the gateway says of a user; seconds from now, default 60. */
  assertion(user: User, expiresInS?: number): Promise<string>;
  /** A workload document with the secret that it knows. */
  workload(parts?: Partial<Workload>): Workload;
}

const ISSUER = 'http://identity';
const SECRET = 'client-secret-of-every-test';

/**
 * Starts a {@link TestIdentity}.
 *
 * @param now its time, milliseconds since the Unix epoch
 */
export async function createTestIdentity(now = Date.now): Promise<TestIdentity> {
  const keys = [await makeKey('key-1')];
  const gateway = await makeKey('assertions-1');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    identity.asked[path] = (identity.asked[path] ?? 0) + 1;
    if (!identity.online) return void request.socket.destroy();
    if (path === '/jwks') return json(response, 200, { keys: keys.map((key) => key.public) });
    const [client, secret] = basicOf(request);
    if (path !== '/token' || secret !== SECRET) {
      return json(response, 401, { error: 'invalid_client' });
    }
    const form = new URLSearchParams(await textOf(request));
    const access_token = await identity.token({
      audience: new URL(form.get('resource') ?? '').hostname,
      client: client ?? '',
      scopes: (form.get('scope') ?? '').split(' '),
      expiresInS: identity.lifeS,
    });
    json(response, 200, { access_token, token_type: 'Bearer', expires_in: identity.lifeS });
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const identity: TestIdentity = {
    issuer: ISSUER,
    port: (server.address() as AddressInfo).port,
    asked: {},
    online: true,
    lifeS: 900,
    assertionKeys: [gateway.public],
    async rotate() {
      keys.push(await makeKey(`key-${keys.length + 1}`));
    },
    token: (token) => signToken(keys.at(-1)!, token, now()),
    assertion: (user, expiresInS = 60) =>
      sign(
        gateway,
        { sub: user.id, roles: user.roles, aud: 'faultline', iss: 'gateway' },
        expiresInS,
        now(),
      ),
    workload: (parts = {}) =>
      workloadSchema.parse({
        clientSecret: SECRET,
        internalTokens: ['internal-token-of-tests'],
        assertionKey: gateway.private,
        ...parts,
      }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return identity;
}

interface TestKey {
  kid: string;
  key: CryptoKey;
  public: Jwk;
  private: Jwk;
}

async function makeKey(kid: string): Promise<TestKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const named = { kid, alg: 'ES256' };
  return {
    kid,
    key: pair.privateKey,
    public: { ...(await exportJWK(pair.publicKey)), ...named } as Jwk,
    private: { ...(await exportJWK(pair.privateKey)), ...named } as Jwk,
  };
}

function signToken(key: TestKey, token: TestToken, nowMs: number): Promise<string> {
  const client = token.client ?? (token.user ? 'shop' : 'tester');
  const scopes =
    token.scopes ?? (token.user ? ['shop'] : [`${token.audience}:read`, `${token.audience}:write`]);
  const claims = {
    iss: token.issuer ?? ISSUER,
    sub: token.user?.id ?? client,
    client_id: client,
    aud: token.audience,
    scope: scopes.join(' '),
    ...(token.user ? { roles: token.user.roles } : {}),
  };
  return sign(key, claims, token.expiresInS ?? 900, nowMs);
}

function sign(key: TestKey, claims: object, expiresInS: number, nowMs: number): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'at+jwt' })
    .setIssuedAt(Math.min(nowS, nowS + expiresInS))
    .setExpirationTime(nowS + expiresInS)
    .sign(key.key);
}

function basicOf(request: IncomingMessage): string[] {
  const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return Buffer.from(encoded, 'base64').toString().split(':');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
