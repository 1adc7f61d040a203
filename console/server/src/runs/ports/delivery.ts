import type { Fleet } from '@faultline/fleet';
import { setImmediate } from 'node:timers/promises';

/** Longest wait for one answer, milliseconds. */
const ANSWER_MS = 2_000;
/**
 * Requests to each instance, one after the other. The registry's push was written before the first:
 * when that is answered, the push has come in; when the second is, it has been taken in.
 */
const ROUNDS = 2;

/**
 * Resolves when a change of the configuration of `services` holds in every ready instance of them.
 * An instance that does not answer is left out: it hears of the change when it comes back.
 */
export async function awaitDelivery(
  fleet: Fleet,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // The fleet gathers the changes of one moment before it tells the registry.
  await setImmediate();
  const instances = fleet
    .status()
    .services.filter(({ name }) => services.includes(name))
    .flatMap((service) => service.instances.filter(({ state }) => state === 'ready'));
  const urls = instances.flatMap(({ id }) => fleet.directUrl(id) ?? []);
  await Promise.all(urls.map((url) => ask(url, signal)));
  signal.throwIfAborted();
}

async function ask(url: string, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const answer = await fetch(new URL('/health', url), { signal: within });
      await answer.body?.cancel();
    } catch {
      return;
    }
  }
}
