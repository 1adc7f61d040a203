import type { Configuration } from '../configuration/configuration.ts';
import type { Clock, Random } from '../core/index.ts';
import type { Readiness } from '../runtime/readiness.ts';
import type { Link, Telemetry } from '../service.ts';
import type { CredentialsOf } from '../security/outbound.ts';
import { createClientTls } from '../transport/client-tls.ts';
import { createHealthChecks } from './health-checks.ts';
import { createLinkMetrics } from './link-metrics.ts';
import { createLink, type LinkRuntime } from './link.ts';

export interface LinksOptions {
  caller: string;
  configuration: Configuration;
  calls: readonly string[];
  telemetry: Telemetry;
  clock: Clock;
  random: Random;
  readiness: Readiness;
  /** Credentials of calls; undefined where nobody asks for any. */
  credentialsOf: () => CredentialsOf | undefined;
}

/** All links of a service, configured as the registry says. */
export interface Links extends AsyncDisposable {
  /** @throws if the service did not declare that it calls `callee` */
  get(callee: string): Link;
  /** See `LinkRuntime.reset`. */
  reset(): void;
}

/** Creates the links to `calls`; none is usable before the registry's first snapshot. */
export function createLinks(options: LinksOptions): Links {
  const { caller, configuration, calls, telemetry, clock, random, readiness } = options;
  const links = new Map<string, LinkRuntime>();
  if (calls.length === 0) {
    return { get: unknown, reset: () => undefined, [Symbol.asyncDispose]: async () => undefined };
  }

  const clientTls = createClientTls(configuration.workload);
  const metrics = createLinkMetrics(telemetry.metrics);
  for (const callee of calls) {
    const credentialsOf: CredentialsOf = (to, leftMs) =>
      options.credentialsOf()?.(to, leftMs) ?? Promise.resolve({ kind: 'headers', headers: {} });
    const parts = { caller, callee, telemetry, metrics, clock, random, credentialsOf, clientTls };
    links.set(callee, createLink(parts));
  }
  const health = createHealthChecks({
    configuration,
    telemetry,
    clock,
    probe: (link, endpoint, timeoutMs) => find(link)!.probe(endpoint, timeoutMs),
    changed: (link) => configure(link),
  });

  function find(link: string): LinkRuntime | undefined {
    return links.get(link.split('->')[1] ?? '');
  }

  function configure(link: string): void {
    const told = configuration.current.links.find((one) => one.link === link);
    if (!told || !find(link)) return;
    const endpoints = health.apply(link, told.endpoints);
    find(link)?.configure({ ...told, endpoints: [...endpoints] });
  }

  configuration.follow((snapshot) => {
    for (const { link } of snapshot.links) configure(link);
  });
  readiness.add('registry', () => configuration.check());

  function unknown(callee: string): Link {
    throw new Error(
      `${caller} has no link to ${callee}: add it to \`calls\` of its definition ` +
        `(now: ${calls.join(', ') || 'none'})`,
    );
  }
  return {
    get: (callee) => links.get(callee) ?? unknown(callee),
    reset() {
      for (const link of links.values()) link.reset();
    },
    async [Symbol.asyncDispose]() {
      await health[Symbol.asyncDispose]();
      await Promise.all([...links.values()].map((link) => link[Symbol.asyncDispose]()));
    },
  };
}
