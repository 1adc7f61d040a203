import type { ProxyPatch, ProxySettings } from '../proxy/proxy.ts';
import { isRefusal, REFUSALS, type Refusal } from '../proxy/refusal.ts';
import type { ToxicSettings } from '../proxy/toxic.ts';
import { readField, readFields, type Fields } from './json-body.ts';
import { nameViolation } from './names.ts';
import { readToxic, readTtl } from './toxic-body.ts';

const MOST_ENTRIES = 4096;

/** Reads a proxy to create. Its toxics, an extension, are checked before anything is done. */
export function readProxy(body: unknown): ProxySettings | Refusal {
  return readProxyEntry(body, '');
}

/** Reads the array of populate; the first bad entry refuses all of it. */
export function readProxies(body: unknown): readonly ProxySettings[] | Refusal {
  if (body === null) return [];
  if (!Array.isArray(body)) return REFUSALS.badField('body must be an array of proxies', body);
  if (body.length > MOST_ENTRIES) return REFUSALS.tooMany('proxies', MOST_ENTRIES);
  const proxies: ProxySettings[] = [];
  for (const [index, entry] of body.entries()) {
    const proxy = readProxyEntry(entry, ` at proxy ${index + 1}`);
    if (isRefusal(proxy)) return proxy;
    proxies.push(proxy);
  }
  return proxies;
}

/** Reads an update: absent fields keep their value; name and toxics are ignored. */
export function readProxyPatch(body: unknown): ProxyPatch | Refusal {
  const fields = readFields(body, 'proxy');
  if (isRefusal(fields)) return fields;
  const state = readState(fields);
  if (isRefusal(state)) return state;
  const { listen, upstream, enabled, ttlMs } = state;
  return {
    ...(listen !== undefined && { listen }),
    ...(upstream !== undefined && { upstream }),
    ...(enabled !== undefined && { enabled }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

function readProxyEntry(body: unknown, where: string): ProxySettings | Refusal {
  const fields = readFields(body, 'proxy');
  if (isRefusal(fields)) return fields;
  const name = readField(fields, 'name', 'string');
  if (isRefusal(name)) return name;
  const state = readState(fields);
  if (isRefusal(state)) return state;
  const toxicBodies = readField(fields, 'toxics', 'array');
  if (isRefusal(toxicBodies)) return toxicBodies;
  if (!name) return REFUSALS.missingField(`name${where}`);
  const violation = nameViolation(name);
  if (violation) return REFUSALS.badField(violation, name);
  if (!state.upstream) return REFUSALS.missingField(`upstream${where}`);
  const toxics = readToxics(toxicBodies ?? []);
  if (isRefusal(toxics)) return toxics;
  return {
    name,
    listen: state.listen ?? '',
    upstream: state.upstream,
    enabled: state.enabled ?? true,
    toxics,
    ...(state.ttlMs !== undefined && { ttlMs: state.ttlMs }),
  };
}

interface ProxyState {
  readonly listen: string | undefined;
  readonly upstream: string | undefined;
  readonly enabled: boolean | undefined;
  readonly ttlMs: number | undefined;
}

function readState(fields: Fields): ProxyState | Refusal {
  const listen = readField(fields, 'listen', 'string');
  if (isRefusal(listen)) return listen;
  const upstream = readField(fields, 'upstream', 'string');
  if (isRefusal(upstream)) return upstream;
  const enabled = readField(fields, 'enabled', 'boolean');
  if (isRefusal(enabled)) return enabled;
  const ttlMs = readTtl(fields);
  if (isRefusal(ttlMs)) return ttlMs;
  return { listen, upstream, enabled, ttlMs };
}

function readToxics(bodies: readonly unknown[]): readonly ToxicSettings[] | Refusal {
  const toxics: ToxicSettings[] = [];
  for (const body of bodies) {
    const toxic = readToxic(body, (name) => toxics.some((other) => other.name === name));
    if (isRefusal(toxic)) return toxic;
    toxics.push(toxic);
  }
  return toxics;
}
