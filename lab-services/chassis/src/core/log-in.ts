import { z } from 'zod';
import { toBase64Url } from './password.ts';

/** One request of a browser, to one site. */
export interface BrowserRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body?: string;
}

/** What the site answered; redirects are not followed. */
export interface BrowserAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** Sends one request to the identity provider, whichever way leads there. */
export type Send = (request: BrowserRequest) => Promise<BrowserAnswer>;

/** What a login ends with. */
export interface Tokens {
  accessToken: string;
  /** Good once: each use brings another. */
  refreshToken: string;
  /** Seconds from now. */
  expiresInS: number;
}

const CLIENT = 'shop';
const REDIRECT = 'http://127.0.0.1/callback';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const MOST_STEPS = 8;

/** The login did not end with tokens; the message says where it stopped. */
export class LoginError extends Error {
  override readonly name = 'LoginError';
}

/**
 * Logs a person in as a browser does: authorization code with PKCE (RFC 7636), the login form, the
 * redirect back, and the code exchanged for tokens of the audience `gateway`.
 *
 * @throws LoginError; what `send` throws
 */
export async function logIn(send: Send, user: string, password: string): Promise<Tokens> {
  const verifier = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid shop',
    resource: 'http://gateway',
    code_challenge: toBase64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  const code = await browse(send, `/auth?${query.toString()}`, { user, password });
  return exchange(send, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier: verifier,
  });
}

/** Exchanges a refresh token, which is then used up. @throws LoginError if it is not good any more */
export function refreshTokens(send: Send, refreshToken: string): Promise<Tokens> {
  return exchange(send, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** Follows redirects and fills the form in, with cookies, until the provider sends the code back. */
async function browse(send: Send, start: string, login: Record<string, string>): Promise<string> {
  const cookies = new Map<string, string>();
  let request: Pick<BrowserRequest, 'method' | 'target' | 'body'> = {
    method: 'GET',
    target: start,
  };
  let filledIn = false;
  for (let step = 0; step < MOST_STEPS; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send({
      ...request,
      headers: {
        accept: 'text/html',
        ...(cookie ? { cookie } : {}),
        ...(request.body === undefined ? {} : FORM),
      },
    });
    keepCookies(cookies, answer);
    const { location } = answer.headers;
    if (typeof location === 'string') {
      const url = new URL(location, 'http://identity');
      if (location.startsWith(REDIRECT)) return codeOf(url);
      request = { method: 'GET', target: `${url.pathname}${url.search}` };
    } else if (answer.status === 200 && !filledIn) {
      filledIn = true;
      const body = new URLSearchParams(login).toString();
      request = { method: 'POST', target: request.target, body };
    } else {
      throw new LoginError(`the login stopped at status ${answer.status}`);
    }
  }
  throw new LoginError(`the login did not end after ${MOST_STEPS} steps`);
}

function keepCookies(cookies: Map<string, string>, { headers }: BrowserAnswer): void {
  for (const line of [headers['set-cookie'] ?? []].flat()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (value === '') cookies.delete(name);
    else cookies.set(name, value);
  }
}

function codeOf({ searchParams }: URL): string {
  const code = searchParams.get('code');
  if (code) return code;
  throw new LoginError(`the login was refused: ${searchParams.get('error') ?? 'no code'}`);
}

const answerSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number().positive(),
});

async function exchange(send: Send, form: Record<string, string>): Promise<Tokens> {
  const answer = await send({
    method: 'POST',
    target: '/token',
    headers: { accept: 'application/json', ...FORM },
    body: new URLSearchParams({ client_id: CLIENT, ...form }).toString(),
  });
  if (answer.status !== 200) throw new LoginError(`no tokens: status ${answer.status}`);
  const { access_token, refresh_token, expires_in } = answerSchema.parse(JSON.parse(answer.text));
  return { accessToken: access_token, refreshToken: refresh_token, expiresInS: expires_in };
}
