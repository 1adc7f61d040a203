import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** One endpoint of a service. */
export interface Endpoint {
  service: string;
  method: string;
  /** As the service declares it: `/orders/{orderId}`. */
  path: string;
}

/** What may be reached without a token of the service: each with the reason. */
const PUBLIC: readonly { service: string; endpoint: RegExp; because: string }[] = [
  {
    service: 'identity',
    endpoint:
      /^(GET \/\.well-known\/openid-configuration|GET \/jwks|(GET|POST) \/auth|GET \/auth\/\{uid\}|POST \/token|POST \/token\/revocation)$/,
    because: 'whoever has no token yet comes here for one, and shows a secret or a login',
  },
  {
    service: 'gateway',
    endpoint: /^GET \/(v1|v2|web|mobile)\/(products|home)\b/,
    because: 'everybody may look at what the shop sells',
  },
  {
    service: 'psp',
    endpoint: /^(GET|POST) \/authorisations\b/,
    because: 'it is another company, with a key of its own',
  },
];

/** Whether the table names it. */
export function isPublic({ service, method, path }: Endpoint): boolean {
  return PUBLIC.some((row) => row.service === service && row.endpoint.test(`${method} ${path}`));
}

/** The endpoints that a service tells of. */
export async function documentedEndpoints(service: string, url: string): Promise<Endpoint[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths?: Record<string, Record<string, unknown>>;
  };
  return Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => METHODS.includes(method))
      .map((method) => ({ service, method: method.toUpperCase(), path })),
  );
}

/** Paths under `/internal/` in the source of a service, which no document tells of. */
export function internalPaths(service: string): string[] {
  const folder = join(ROOT, 'lab-services', service, 'src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const paths = sources.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/'(\/internal\/[^'?]+)'/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  return [...new Set(paths)];
}

/** A target that the router takes for the endpoint. */
export function targetOf(path: string): string {
  return path.replace(/\{[^}]+\}|:[a-z]+/gi, 'P-0001');
}
