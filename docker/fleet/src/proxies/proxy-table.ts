import type { PlannedProxy } from '../plan/model.ts';
import type { PortFinder } from '../plan/ports.ts';
import { createProxyApi, type ApiProxy, type ProxyApi } from './proxy-api.ts';

/** The proxies that should exist, and the calls that make it so. */
export interface ProxyTable {
  forLink(link: string): PlannedProxy[];
  /** Where the server's API is. */
  connect(baseUrl: string): void;
  /** These will be created as soon as the server is there. */
  expect(proxies: readonly PlannedProxy[]): void;
  /** Creates what is missing, moves what leads elsewhere. Proxies that are right stay untouched. */
  ensure(proxies: readonly PlannedProxy[]): Promise<void>;
  /** Removes every proxy that leads to `instance`. */
  removeTo(instance: string): Promise<void>;
  /** Removes what the server has and the table has not. */
  removeUnknown(): Promise<void>;
  clear(): void;
}

/** Creates an empty table. A listen port that is taken meanwhile is replaced by another one. */
export function createProxyTable(
  ports: PortFinder,
  onMoved: (proxy: PlannedProxy) => unknown,
): ProxyTable {
  return new Table(ports, onMoved);
}

class Table implements ProxyTable {
  readonly #ports: PortFinder;
  readonly #onMoved: (proxy: PlannedProxy) => unknown;
  readonly #known = new Map<string, PlannedProxy>();
  #api: ProxyApi | null = null;

  constructor(ports: PortFinder, onMoved: (proxy: PlannedProxy) => unknown) {
    this.#ports = ports;
    this.#onMoved = onMoved;
  }

  #all(): PlannedProxy[] {
    return [...this.#known.values()];
  }

  forLink(link: string): PlannedProxy[] {
    return this.#all().filter((proxy) => proxy.link === link);
  }

  connect(baseUrl: string): void {
    this.#api = createProxyApi(baseUrl);
  }

  expect(proxies: readonly PlannedProxy[]): void {
    for (const proxy of proxies) this.#known.set(proxy.name, proxy);
  }

  async ensure(proxies: readonly PlannedProxy[]): Promise<void> {
    const api = this.#api;
    if (!api) throw new Error('The proxy server is not there yet.');
    const present = new Map((await api.list()).map((proxy) => [proxy.name, proxy]));
    await Promise.all(
      proxies.map(async (proxy) => {
        const settled = await this.#settle(api, proxy, present.get(proxy.name));
        this.#known.set(proxy.name, settled);
        if (settled !== proxy) this.#onMoved(settled);
      }),
    );
  }

  async removeTo(instance: string): Promise<void> {
    const leading = this.#all().filter((proxy) => proxy.instance === instance);
    for (const proxy of leading) this.#known.delete(proxy.name);
    const api = this.#api;
    if (api) await Promise.all(leading.map((proxy) => api.remove(proxy.name)));
  }

  async removeUnknown(): Promise<void> {
    const api = this.#api;
    if (!api) return;
    const strangers = (await api.list()).filter((proxy) => !this.#known.has(proxy.name));
    await Promise.all(strangers.map((proxy) => api.remove(proxy.name)));
  }

  clear(): void {
    this.#known.clear();
    this.#api = null;
  }

  async #settle(
    api: ProxyApi,
    proxy: PlannedProxy,
    present: ApiProxy | undefined,
  ): Promise<PlannedProxy> {
    const { name, listen } = proxy;
    const upstream = `${proxy.upstream.host}:${proxy.upstream.port}`;
    if (present && listensOn(present, listen)) {
      if (present.upstream !== upstream) await api.setUpstream(proxy.name, upstream);
      return proxy;
    }
    if (present) await api.remove(proxy.name);
    try {
      await api.create({ name, listen: `${listen.host}:${listen.port}`, upstream });
      return proxy;
    } catch (error) {
      if (!(error as Error).message.includes('address already in use')) throw error;
      const port = await this.#ports.find();
      await api.create({ name, listen: `${listen.host}:${port}`, upstream });
      return { ...proxy, listen: { ...listen, port } };
    }
  }
}

/** Toxiproxy tells `0.0.0.0` as `[::]` where it listens on both families. */
function listensOn(present: ApiProxy, { host, port }: PlannedProxy['listen']): boolean {
  const everywhere = host === '0.0.0.0' && present.listen === `[::]:${port}`;
  return everywhere || present.listen === `${host}:${port}`;
}
