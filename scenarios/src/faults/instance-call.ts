import type { FaultContext } from './model.ts';

/** Longest time of one call, milliseconds. */
const CALL_TIMEOUT_MS = 2_000;

/**
 * Calls an internal endpoint of an instance straight, past the proxies of links.
 *
 * @throws when it refuses or cannot be reached
 */
export async function callInstance(
  { fleet, signal }: Pick<FaultContext, 'fleet' | 'signal'>,
  instance: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const base = fleet.directUrl(instance);
  if (base === null) throw new Error(`${instance} has no address: is it running?`);
  const response = await fetch(new URL(path, base), {
    method,
    headers: {
      authorization: `Bearer ${fleet.internalToken}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(`${instance}: ${method} ${path} answered ${response.status}: ${text.trim()}`);
}
