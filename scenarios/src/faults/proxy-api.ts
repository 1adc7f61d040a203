import { z } from 'zod';

/** A toxic as the Toxiproxy API takes it; `ttl_ms` makes it end by itself. */
export interface ToxicRequest {
  name: string;
  type: string;
  stream: 'upstream' | 'downstream';
  toxicity: number;
  attributes: Readonly<Record<string, number | string>>;
  ttl_ms: number;
}

const proxySchema = z.object({
  name: z.string(),
  enabled: z.boolean(),
  toxics: z.array(z.object({ name: z.string(), type: z.string() })),
});

/** A proxy as the Toxiproxy API tells it. */
export type ProxyState = z.infer<typeof proxySchema>;

/** A toxic under a time limit, which only the lab's own server knows. */
const leaseSchema = z.object({ ttl_ms: z.number() });

const versionSchema = z.object({ version: z.string() });

/** Longest time of one control call, milliseconds. */
const CALL_TIMEOUT_MS = 2_000;

/** The part of the Toxiproxy HTTP API that faults need. Every call throws when it is refused. */
export interface ProxyApi {
  /** `2.12.0`; that of the lab's own server names the lab, too. */
  version(): Promise<string>;
  proxies(): Promise<ProxyState[]>;
  /** Adds the toxic; prolongs it when it is there already. */
  addToxic(proxy: string, toxic: ToxicRequest): Promise<void>;
  /**
   * Prolongs the toxic; adds it when it is gone, for instance with a proxy that was restarted. On a
   * server without time limits, where a janitor ends what nobody holds, it only looks.
   */
  renewToxic(proxy: string, toxic: ToxicRequest): Promise<void>;
  /** No error when it is gone already. */
  removeToxic(proxy: string, toxic: string): Promise<void>;
  /** Refuses connections for `ttlMs`, then enables itself. No error when the proxy is gone. */
  disable(proxy: string, ttlMs: number): Promise<void>;
  /** No error when the proxy is gone. */
  enable(proxy: string): Promise<void>;
}

/** Creates a client of the Toxiproxy API at `baseUrl`. */
export function createProxyApi(baseUrl: string, signal?: AbortSignal): ProxyApi {
  const call = async (method: string, path: string, accepted: number[], body?: unknown) => {
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const response = await fetch(new URL(path, baseUrl), {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok || accepted.includes(response.status)) {
      return { status: response.status, text };
    }
    throw new Error(`proxy API: ${method} ${path} answered ${response.status}: ${text.trim()}`);
  };
  const proxyPath = (proxy: string) => `/proxies/${encodeURIComponent(proxy)}`;
  const toxicPath = (proxy: string, toxic: string) =>
    `${proxyPath(proxy)}/toxics/${encodeURIComponent(toxic)}`;
  const add = async (proxy: string, toxic: ToxicRequest) => {
    const path = `${proxyPath(proxy)}/toxics`;
    return (await call('POST', path, [409], toxic)).status;
  };
  /**
   * Toxiproxy restarts a toxic on every live connection when it is changed, whatever is changed:
   * what a latency held back is let go. So a toxic is changed only where that means its time limit.
   */
  const prolong = async (proxy: string, { name, ttl_ms }: ToxicRequest): Promise<number> => {
    const path = toxicPath(proxy, name);
    const { status, text } = await call('GET', path, [404]);
    if (status === 404 || !leaseSchema.safeParse(JSON.parse(text)).success) return status;
    return (await call('PATCH', path, [404], { ttl_ms })).status;
  };

  return {
    async version() {
      const { text } = await call('GET', '/version', []);
      return versionSchema.parse(JSON.parse(text)).version;
    },
    async proxies() {
      const { text } = await call('GET', '/proxies', []);
      return Object.values(z.record(z.string(), proxySchema).parse(JSON.parse(text)));
    },
    async addToxic(proxy, toxic) {
      if ((await add(proxy, toxic)) === 409) await prolong(proxy, toxic);
    },
    async renewToxic(proxy, toxic) {
      if ((await prolong(proxy, toxic)) === 404) await add(proxy, toxic);
    },
    async removeToxic(proxy, toxic) {
      await call('DELETE', toxicPath(proxy, toxic), [404]);
    },
    async disable(proxy, ttlMs) {
      await call('PATCH', proxyPath(proxy), [404], { enabled: false, ttl_ms: ttlMs });
    },
    async enable(proxy) {
      await call('PATCH', proxyPath(proxy), [404], { enabled: true });
    },
  };
}
