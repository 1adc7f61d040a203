import { z } from 'zod';

/** What tells whether a proxy is free of faults (`GET /proxies` of the Toxiproxy API). */
const proxiesSchema = z.record(
  z.string(),
  z.object({ enabled: z.boolean(), toxics: z.array(z.unknown()) }),
);

/** A server with busy connections takes a while to remove toxics; this is told to nobody else. */
const CALL_TIMEOUT_MS = 1500;

/**
 * Asks the proxy server once to remove every toxic and to enable every proxy, and looks whether
 * that is so. Rejects if it is not, or not known.
 *
 * @param baseUrl of the Toxiproxy API
 */
export async function resetProxies(baseUrl: string, signal: AbortSignal): Promise<void> {
  const call = async (method: string, path: string): Promise<Response> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
    const response = await fetch(`${baseUrl}${path}`, { method, signal: limit });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
    return response;
  };
  await (await call('POST', '/reset')).body?.cancel();
  const proxies = proxiesSchema.parse(await (await call('GET', '/proxies')).json());
  const faulty = Object.entries(proxies)
    .filter(([, { enabled, toxics }]) => !enabled || toxics.length > 0)
    .map(([name]) => name);
  if (faulty.length > 0) throw new Error(`still faulty: ${faulty.slice(0, 5).join(', ')}`);
}
