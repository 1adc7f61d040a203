import type { Configuration } from '../configuration/configuration.ts';
import { createTokenClock } from '../faults/token-clock.ts';
import { createLinks, type Links } from '../links/links.ts';
import type { CredentialsOf } from '../security/outbound.ts';
import { createSecurity, IDENTITY, needsIdentity, type Security } from '../security/security.ts';
import type { Startup } from './start-service.ts';

/** The ways to other services, and who may come in. */
export interface LinksAndSecurity {
  links: Links;
  /** Undefined where no issuer is known: then both ends are open. */
  security: Security | undefined;
}

/** Opens the links; with an issuer, one to the identity provider beside those declared. */
export function startLinks(startup: Startup, configuration: Configuration): LinksAndSecurity {
  const { definition, environment, clock, random, runtime, readiness, resources } = startup;
  const { telemetry, log } = runtime;
  const calls = needsIdentity(definition.name, environment)
    ? [...new Set([...definition.calls, IDENTITY])]
    : definition.calls;
  const links = resources.use(
    createLinks({
      caller: definition.name,
      configuration,
      calls,
      telemetry,
      clock,
      random,
      readiness,
      credentialsOf: (): CredentialsOf | undefined => security?.credentialsOf,
    }),
  );
  startup.resets.onReset(() => links.reset());
  const security = createSecurity({
    environment,
    configuration,
    identity: () => links.get(IDENTITY),
    calls: definition.calls,
    telemetry,
    log,
    clock,
    tokenClock: createTokenClock(clock, startup.faults),
    readiness,
  });
  if (security) resources.use(security);
  return { links, security };
}
