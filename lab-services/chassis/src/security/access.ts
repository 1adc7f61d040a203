/** Who may call a route. */
export type Access =
  /** Whoever reaches the port. */
  | 'public'
  /** Whoever reaches the port; a person who shows a good token is known. */
  | 'visitor'
  /** Who holds the lab's internal token, as for `/internal/*`. */
  | 'operator'
  /** A person: a token of this audience and the scope {@link USER_SCOPE}. */
  | 'user'
  /** A service whose token for this audience has all of these scopes. */
  | { scopes: readonly string[] };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Default: the scope `<service>:read` for GET and HEAD, else `<service>:write`. */
    access?: Access;
  }
}

/** What a person's token for the shop allows. */
export const USER_SCOPE = 'shop';

/** Routes that machines poll and that tell nothing of anybody. */
const OPERATIONAL = new Set(['/health', '/ready', '/metrics', '/openapi.json']);

const READING = new Set(['GET', 'HEAD']);

/** The route as the router found it; the raw URL is not looked at, so no encoding slips by. */
export interface Route {
  url: string | undefined;
  method: string;
  declared: Access | undefined;
}

/** Who may call `route` of `service`. `/internal/*` is an operator's, whatever it declares. */
export function accessOf(service: string, { url, method, declared }: Route): Access {
  // No route: the answer is 404, which tells nothing.
  if (url === undefined || OPERATIONAL.has(url)) return 'public';
  if (url.startsWith('/internal/')) return 'operator';
  return declared ?? { scopes: [`${service}:${READING.has(method) ? 'read' : 'write'}`] };
}
