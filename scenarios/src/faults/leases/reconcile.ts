import type { Fleet } from '@faultline/fleet';
import { createProxyApi } from '../proxy-api.ts';
import { TOXIC_PREFIX, toxicPrefix } from '../toxic-name.ts';
import type { FaultTarget } from '../model.ts';
import { allOrFirstError } from '../network/toxic-fault.ts';
import { proxiesOf } from '../network/proxies.ts';

/** What a reconciliation found that nobody owned, and ended. */
export interface Reconciliation {
  /** `proxy/toxic` */
  toxicsRemoved: string[];
  proxiesEnabled: string[];
  instancesResumed: string[];
}

/** A fault that is owned: what belongs to it is left alone. */
export interface Owned {
  id: string;
  kind: string;
  target: FaultTarget;
}

/** Kinds that disable proxies. */
const DISABLING: ReadonlySet<string> = new Set(['network.refuse', 'network.flapping']);

/**
 * Ends every effect that no lease owns: toxics with the lab's prefix, disabled proxies, paused
 * instances. Toxics that others made by hand are left alone.
 */
export async function reconcile(
  fleet: Fleet,
  owned: readonly Owned[],
  signal: AbortSignal,
): Promise<Reconciliation> {
  const done: Reconciliation = { toxicsRemoved: [], proxiesEnabled: [], instancesResumed: [] };
  if (fleet.proxyApiUrl !== null) {
    const api = createProxyApi(fleet.proxyApiUrl, signal);
    const prefixes = owned.map(({ id }) => toxicPrefix(id));
    const refused = new Set(
      owned.filter(({ kind }) => DISABLING.has(kind)).flatMap((one) => proxiesOf(one.target)),
    );
    const work: Promise<void>[] = [];
    for (const { name: proxy, enabled, toxics } of await api.proxies()) {
      for (const { name: toxic } of toxics) {
        if (!toxic.startsWith(TOXIC_PREFIX) || prefixes.some((one) => toxic.startsWith(one))) {
          continue;
        }
        done.toxicsRemoved.push(`${proxy}/${toxic}`);
        work.push(api.removeToxic(proxy, toxic));
      }
      if (!enabled && !refused.has(proxy)) {
        done.proxiesEnabled.push(proxy);
        work.push(api.enable(proxy));
      }
    }
    await allOrFirstError(work);
  }
  done.instancesResumed = await resumePaused(fleet, owned);
  return done;
}

async function resumePaused(fleet: Fleet, owned: readonly Owned[]): Promise<string[]> {
  const held = new Set(
    owned.flatMap(({ target }) => (target.kind === 'instances' ? target.instances : [])),
  );
  const { services, resources } = fleet.status();
  const paused = [...services, ...resources]
    .flatMap(({ instances }) => instances)
    .filter(({ id, state }) => state === 'paused' && !held.has(id))
    .map(({ id }) => id);
  const answers = await Promise.all(paused.map((id) => fleet.resume(id)));
  const refusal = answers.find((answer) => answer.kind === 'refused');
  if (refusal) throw new Error(`could not resume: ${refusal.detail}`);
  return paused;
}
