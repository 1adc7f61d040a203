import type { Logger } from 'pino';
import type { Clock, Random, ServiceEnvironment } from '../core/index.ts';
import type { Readiness } from '../runtime/readiness.ts';
import type { Link, Telemetry } from '../service.ts';
import { createLinkMetrics } from './link-metrics.ts';
import { createLink, type LinkRuntime } from './link.ts';
import { subscribeToRegistry } from './registry-subscription.ts';

export interface LinksOptions {
  environment: ServiceEnvironment;
  calls: readonly string[];
  telemetry: Telemetry;
  log: Logger;
  clock: Clock;
  random: Random;
  readiness: Readiness;
}

/** All links of a service, configured by one subscription to the registry. */
export interface Links extends AsyncDisposable {
  /** @throws if the service did not declare that it calls `callee` */
  get(callee: string): Link;
}

/** Creates the links to `calls`; none is usable before the registry's first snapshot. */
export function createLinks(options: LinksOptions): Links {
  const { environment, calls, telemetry, log, clock, random, readiness } = options;
  const caller = environment.SERVICE_NAME;
  const links = new Map<string, LinkRuntime>();
  if (calls.length === 0) return { get: unknown, [Symbol.asyncDispose]: async () => undefined };

  const metrics = createLinkMetrics(telemetry.metrics);
  for (const callee of calls) {
    links.set(callee, createLink({ caller, callee, telemetry, metrics, clock, random }));
  }
  const subscription = subscribeToRegistry({
    environment,
    log,
    clock,
    random,
    apply(snapshot) {
      for (const configuration of snapshot.links) {
        links.get(configuration.link.split('->')[1] ?? '')?.configure(configuration);
      }
    },
  });
  readiness.add('registry', () => subscription.check());

  function unknown(callee: string): Link {
    throw new Error(
      `${caller} has no link to ${callee}: add it to \`calls\` of its definition ` +
        `(now: ${calls.join(', ') || 'none'})`,
    );
  }
  return {
    get: (callee) => links.get(callee) ?? unknown(callee),
    async [Symbol.asyncDispose]() {
      await subscription[Symbol.asyncDispose]();
      await Promise.all([...links.values()].map((link) => link[Symbol.asyncDispose]()));
    },
  };
}
