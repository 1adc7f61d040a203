import { z } from 'zod';

/** A proxy as the Toxiproxy API shows it; toxics are the faults engine's business. */
const proxySchema = z.object({
  name: z.string(),
  listen: z.string(),
  upstream: z.string(),
  enabled: z.boolean(),
});
/** See {@link proxySchema}. */
export type ApiProxy = z.infer<typeof proxySchema>;

/** What the fleet needs of a Toxiproxy server (API of Toxiproxy 2.12). */
export interface ProxyApi {
  list(): Promise<ApiProxy[]>;
  create(proxy: { name: string; listen: string; upstream: string }): Promise<ApiProxy>;
  /** Leads the proxy elsewhere; its connections are cut, its toxics stay. */
  setUpstream(name: string, upstream: string): Promise<void>;
  /** Also resolves if there was none. */
  remove(name: string): Promise<void>;
}

const CALL_TIMEOUT_MS = 5000;

/** Creates a client of the server at `baseUrl`. */
export function createProxyApi(baseUrl: string): ProxyApi {
  const call = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${baseUrl}${path}`, {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      ...(body
        ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
        : {}),
    });
  const path = (name: string): string => `/proxies/${encodeURIComponent(name)}`;

  return {
    async list() {
      const response = await expectOk(await call('GET', '/proxies'), 'list proxies');
      return Object.values(z.record(z.string(), proxySchema).parse(await response.json()));
    },
    async create(proxy) {
      const answer = await call('POST', '/proxies', { ...proxy, enabled: true });
      const response = await expectOk(answer, `create proxy ${proxy.name}`);
      return proxySchema.parse(await response.json());
    },
    async setUpstream(name, upstream) {
      await expectOk(await call('POST', path(name), { upstream }), `move proxy ${name}`);
    },
    async remove(name) {
      const answer = await call('DELETE', path(name));
      if (answer.status !== 404) await expectOk(answer, `remove proxy ${name}`);
    },
  };
}

async function expectOk(response: Response, what: string): Promise<Response> {
  if (response.ok) return response;
  const text = (await response.text()).slice(0, 300).trim();
  throw new Error(`The proxy server would not ${what}: ${response.status} ${text}`);
}
