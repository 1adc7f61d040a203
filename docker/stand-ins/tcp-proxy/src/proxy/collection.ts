import { Proxy, type ProxyContext, type ProxySettings } from './proxy.ts';
import { isRefusal, REFUSALS, type Refusal } from './refusal.ts';

const MOST_PROXIES = 4096;

/** All proxies of a process, by name. */
export interface ProxyCollection {
  /** Sorted by name. */
  all(): readonly Proxy[];
  find(name: string): Proxy | undefined;
  create(settings: ProxySettings): Promise<Proxy | Refusal>;
  delete(proxy: Proxy): void;
  /** One by one, in order; stops at the first refusal. */
  populate(input: readonly ProxySettings[]): Promise<PopulateResult>;
  /** Enables every proxy and removes every toxic. */
  reset(): Promise<Refusal | undefined>;
  dispose(): void;
}

export interface PopulateResult {
  readonly proxies: readonly Proxy[];
  readonly refusal?: Refusal;
}

export function createProxyCollection(context: ProxyContext): ProxyCollection {
  const proxies = new Map<string, Proxy>();

  function remove(proxy: Proxy): void {
    proxy.dispose();
    if (proxies.get(proxy.name) === proxy) proxies.delete(proxy.name);
  }

  async function create(settings: ProxySettings): Promise<Proxy | Refusal> {
    if (proxies.has(settings.name)) return REFUSALS.proxyExists();
    if (proxies.size >= MOST_PROXIES) return REFUSALS.tooMany('proxies', MOST_PROXIES);
    const proxy = new Proxy(settings, context);
    // The name is taken before the port is bound: a second request for it meets a conflict.
    proxies.set(proxy.name, proxy);
    const failure = settings.enabled ? await proxy.start() : undefined;
    if (failure) {
      remove(proxy);
      return failure;
    }
    if (!settings.enabled && settings.ttlMs !== undefined) proxy.lease.renew(settings.ttlMs);
    context.events.publish({ type: 'proxy.created', proxy: proxy.name });
    return proxy;
  }

  /** Leaves an equal proxy alone, its state included; replaces one that differs. */
  async function createOrKeep(settings: ProxySettings): Promise<Proxy | Refusal> {
    const existing = proxies.get(settings.name);
    if (existing) {
      const differs = await existing.differs(settings.listen, settings.upstream);
      if (isRefusal(differs)) return differs;
      if (!differs) return existing;
      remove(existing);
    }
    return create(settings);
  }

  return {
    all: () => [...proxies.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: (name) => proxies.get(name),
    create,
    delete(proxy) {
      remove(proxy);
      context.events.publish({ type: 'proxy.deleted', proxy: proxy.name });
    },
    async populate(input) {
      const done: Proxy[] = [];
      for (const settings of input) {
        const proxy = await createOrKeep(settings);
        if (isRefusal(proxy)) return { proxies: done, refusal: proxy };
        done.push(proxy);
      }
      return { proxies: done };
    },
    async reset() {
      let failure: Refusal | undefined;
      // A proxy that cannot start does not keep the others from being healed.
      for (const proxy of proxies.values()) {
        failure = (await proxy.start()) ?? failure;
        for (const toxic of proxy.toxics) proxy.removeToxic(toxic);
      }
      return failure;
    },
    dispose() {
      for (const proxy of [...proxies.values()]) remove(proxy);
    },
  };
}
