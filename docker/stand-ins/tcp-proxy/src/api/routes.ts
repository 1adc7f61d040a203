import type { EventHub } from '../events.ts';
import type { Metrics } from '../metrics.ts';
import type { ProxyCollection } from '../proxy/collection.ts';
import type { Proxy } from '../proxy/proxy.ts';
import { isRefusal, REFUSALS, type Refusal } from '../proxy/refusal.ts';
import type { Toxic } from '../proxy/toxic.ts';
import { streamEvents } from './event-stream.ts';
import { parseFirstValue } from './json-body.ts';
import { readProxies, readProxy, readProxyPatch } from './proxy-body.ts';
import { empty, json, refused, type Reply } from './reply.ts';
import type { ApiRequest, Route } from './router.ts';
import { readToxic, readToxicPatch } from './toxic-body.ts';
import { viewProxy, viewToxic, viewTraffic } from './views.ts';

export interface ApiContext {
  readonly proxies: ProxyCollection;
  readonly events: EventHub;
  /** Undefined: no metrics were asked for, the path is unknown. */
  readonly metrics: Metrics | undefined;
  readonly version: string;
}

/** Every endpoint. The first block is Toxiproxy's, the second one is Faultline's own. */
export function createRoutes(context: ApiContext): readonly Route[] {
  const { proxies, events, metrics, version } = context;
  const api = createHandlers(proxies);
  return [
    { path: '/proxies', methods: { GET: api.list, POST: api.create } },
    { path: '/populate', methods: { POST: api.populate } },
    { path: '/reset', methods: { POST: api.reset } },
    {
      path: '/proxies/{proxy}',
      methods: { GET: api.show, POST: api.update, PATCH: api.update, DELETE: api.remove },
    },
    { path: '/proxies/{proxy}/toxics', methods: { GET: api.listToxics, POST: api.addToxic } },
    {
      path: '/proxies/{proxy}/toxics/{toxic}',
      methods: {
        GET: api.showToxic,
        POST: api.updateToxic,
        PATCH: api.updateToxic,
        DELETE: api.removeToxic,
      },
    },
    { path: '/version', methods: { GET: () => versionReply(version) } },
    ...(metrics ? [{ path: '/metrics', methods: { GET: () => metrics.reply() } }] : []),

    { path: '/connections', methods: { GET: () => json(200, proxies.all().map(viewTraffic)) } },
    { path: '/events', methods: { GET: () => streamEvents(events) } },
  ];
}

function versionReply(version: string): Reply {
  const body = `{"version": "${version}"}\n`;
  return { status: 200, contentType: 'application/json;charset=utf-8', body };
}

function createHandlers(proxies: ProxyCollection) {
  function withProxy(action: (proxy: Proxy, request: ApiRequest) => Reply | Promise<Reply>) {
    return (request: ApiRequest): Reply | Promise<Reply> => {
      const proxy = proxies.find(request.parameters['proxy'] ?? '');
      return proxy ? action(proxy, request) : refused(REFUSALS.proxyNotFound());
    };
  }

  function withToxic(action: (proxy: Proxy, toxic: Toxic, request: ApiRequest) => Reply) {
    return withProxy((proxy, request) => {
      const toxic = proxy.findToxic(request.parameters['toxic'] ?? '');
      return toxic ? action(proxy, toxic, request) : refused(REFUSALS.toxicNotFound());
    });
  }

  return {
    list: () => json(200, Object.fromEntries(proxies.all().map((p) => [p.name, viewProxy(p)]))),
    create: async ({ body }: ApiRequest) => {
      const settings = readBody(body, readProxy);
      const proxy = isRefusal(settings) ? settings : await proxies.create(settings);
      return isRefusal(proxy) ? refused(proxy) : json(201, viewProxy(proxy));
    },
    populate: ({ body }: ApiRequest) => populate(proxies, body),
    reset: async () => {
      const failure = await proxies.reset();
      return failure ? refused(failure) : empty(204);
    },
    show: withProxy((proxy) => json(200, viewProxy(proxy))),
    update: withProxy(async (proxy, { body }) => {
      const patch = readBody(body, readProxyPatch);
      const failure = isRefusal(patch) ? patch : await proxy.update(patch);
      return failure ? refused(failure) : json(200, viewProxy(proxy));
    }),
    remove: withProxy((proxy) => {
      proxies.delete(proxy);
      return empty(204);
    }),
    listToxics: withProxy((proxy) => json(200, proxy.toxics.map(viewToxic))),
    addToxic: withProxy((proxy, { body }) => {
      const settings = readBody(body, (value) =>
        readToxic(value, (name) => proxy.findToxic(name) !== undefined),
      );
      const toxic = isRefusal(settings) ? settings : proxy.addToxic(settings);
      return isRefusal(toxic) ? refused(toxic) : json(200, viewToxic(toxic));
    }),
    showToxic: withToxic((_proxy, toxic) => json(200, viewToxic(toxic))),
    updateToxic: withToxic((proxy, toxic, { body }) => {
      const patch = readBody(body, (value) => readToxicPatch(value, toxic));
      if (isRefusal(patch)) return refused(patch);
      proxy.updateToxic(toxic, patch);
      return json(200, viewToxic(toxic));
    }),
    removeToxic: withToxic((proxy, toxic) => {
      proxy.removeToxic(toxic);
      return empty(204);
    }),
  };
}

/** Errors of populate are JSON, and tell which proxies were done before the failure. */
async function populate(proxies: ProxyCollection, body: string): Promise<Reply> {
  const settings = readBody(body, readProxies);
  const { proxies: done, refusal } = isRefusal(settings)
    ? { proxies: [], refusal: settings }
    : await proxies.populate(settings);
  const views = done.length > 0 ? done.map(viewProxy) : null;
  if (!refusal) return json(201, { proxies: views });
  const { error, status } = refusal;
  return json(status, { error, status, proxies: views });
}

function readBody<T>(body: string, read: (value: unknown) => T | Refusal): T | Refusal {
  const first = parseFirstValue(body);
  return isRefusal(first) ? first : read(first.value);
}
