import type { Clock, LinkConfiguration } from '@faultline/chassis/core';
import type { LinkDefinition, Topology } from '@faultline/topology';
import type { Fleet } from '../contract.ts';
import type { LaunchSession } from '../launch-session.ts';
import { PROXY_INSTANCE } from '../plan/model.ts';
import { hostOf } from '../plan/placement.ts';
import type { PolicyBook } from '../policies.ts';
import type { ProxyTable } from '../proxies/proxy-table.ts';
import type { Roster } from '../roster.ts';
import { publicPartOf } from '../trust/assertion-key.ts';
import { isWorkloadToken } from '../trust/derived-secrets.ts';
import type { Certificates } from '../trust/certificates.ts';
import { goodOnes } from '../trust/timed.ts';
import { describeWorkload } from '../trust/workloads.ts';

/** What the registry has to tell, and whom it tells secrets. */
export type RegistryFacts = Pick<Fleet, 'endpoints' | 'configurationOf' | 'admits' | 'workloadOf'>;

/** What the facts follow from. */
export interface FactSources {
  clock: Clock;
  topology: Topology;
  links: readonly LinkDefinition[];
  policies: PolicyBook;
  proxies: ProxyTable;
  roster: Roster;
  /** Null while nothing is launched. */
  session: () => LaunchSession | null;
  certificates: () => Certificates | null;
}

/** Reads the facts from their sources at the moment they are asked for. */
export function createRegistryFacts(sources: FactSources): RegistryFacts {
  const { clock, topology, links, policies, proxies, roster, session, certificates } = sources;
  const endpoints: Fleet['endpoints'] = (link) => {
    const addressing = session()?.placement.parts ?? 'loopback';
    return proxies.forLink(link).map((proxy) => ({
      instance: proxy.instance,
      host: hostOf(addressing, PROXY_INSTANCE),
      port: proxy.listen.port,
      healthy: roster.get(proxy.instance)?.isHealthy ?? false,
    }));
  };
  const isOpen = (service: string): boolean =>
    topology.services.some(({ name, layer }) => name === service && layer === 'edge');
  const tlsTo = (callee: string): LinkConfiguration['tls'] => {
    if (policies.mtls) return 'mutual';
    return isOpen(callee) ? 'server' : 'none';
  };
  return {
    endpoints,
    configurationOf: (service) => ({
      links: links.flatMap(({ name, from, to }) => {
        const policy = policies.link(name);
        return from === service && policy
          ? [{ link: name, policy, endpoints: endpoints(name), tls: tlsTo(to) }]
          : [];
      }),
      service: policies.service(service) ?? {},
      trust: {
        mtls: policies.mtls,
        open: isOpen(service),
        callers: links.filter(({ to }) => to === service).map(({ from }) => from),
        assertionKeys: goodOnes(session()?.secrets.assertionKeys ?? [], clock.now()).map(
          publicPartOf,
        ),
      },
      flags: policies.flags(),
    }),
    admits(instance, token) {
      const secrets = session()?.secrets;
      return secrets !== undefined && isWorkloadToken(secrets, instance, token);
    },
    async workloadOf(instance) {
      const secrets = session()?.secrets;
      const service = serviceOf(instance);
      if (!secrets || !topology.services.some(({ name }) => name === service)) return null;
      return {
        ...describeWorkload(service, secrets, topology, clock.now()),
        tls: certificates()?.of({ service, instance }) ?? null,
      };
    },
  };
}

/** `payments-2` is one of `payments`. */
function serviceOf(instance: string): string {
  return instance.replace(/-\d+$/, '');
}
