import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import type { Clock, ServiceEnvironment } from '../core/index.ts';
import type { Readiness } from '../runtime/readiness.ts';
import type { Link, Telemetry } from '../service.ts';
import { createInbound, type Inbound } from './inbound.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { createCredentials, noCredentials, type CredentialsOf } from './outbound.ts';
import { createTokenSource } from './token-source.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { createUserAssertions } from './user-assertion.ts';

/** The service that issues tokens. Whoever needs one has a link to it. */
export const IDENTITY = 'identity';

/** Whether a service has a link to the identity provider beside those it declares. */
export function needsIdentity(service: string, environment: ServiceEnvironment): boolean {
  return environment.IDENTITY_ISSUER !== undefined && service !== IDENTITY;
}

/** The two halves of zero trust: what a service demands, and what it shows. */
export interface Security extends Disposable {
  readonly inbound: Inbound;
  readonly credentialsOf: CredentialsOf;
}

export interface SecurityOptions {
  environment: ServiceEnvironment;
  configuration: Configuration;
  identity: () => Link;
  /** Services that it calls and shows tokens to. */
  calls: readonly string[];
  telemetry: Telemetry;
  log: Logger;
  clock: Clock;
  /** Says whether a token has expired. */
  tokenClock: Clock;
  readiness: Readiness;
}

/** Creates the security of a service; undefined where no issuer is known: then both ends are open. */
export function createSecurity(options: SecurityOptions): Security | undefined {
  const { environment, configuration, clock, readiness } = options;
  const { workload } = configuration;
  const issuer = environment.IDENTITY_ISSUER;
  if (issuer === undefined) return undefined;
  const service = environment.SERVICE_NAME;
  const assertions = createUserAssertions({
    service,
    clock,
    signingKey: () => workload.current?.assertionKey,
    publicKeys: () => configuration.current.trust.assertionKeys,
  });
  const enforced = () => configuration.policy('authentication').enabled;
  // The provider's own routes are public or an operator's, and it calls nobody.
  const keys = service === IDENTITY ? noKeys : createKeySet(options.identity(), clock);
  const verify = createTokenVerifier({
    ...{ issuer, audience: service, keys },
    clock: options.tokenClock,
  });
  const inbound = createInbound({
    service,
    telemetry: options.telemetry,
    verify,
    assertions,
    enforced,
  });
  if (service === IDENTITY) {
    return { inbound, credentialsOf: noCredentials, [Symbol.dispose]: () => undefined };
  }
  const end = new AbortController();
  // While the provider is away a service that starts is as ready as it can be.
  readiness.add(IDENTITY, () => {
    if (!keys.known && isThere(configuration)) throw new Error('its keys are not known yet');
  });
  const tokens = createTokenSource({
    service,
    secret: () => workload.current?.clientSecret,
    identity: options.identity(),
    clock,
  });
  const known = fetchKeysOnceThere(options, keys, end.signal);
  // The first calls should not wait for what can be had before them.
  void Promise.all([known, workload.wait(end.signal)])
    .then(async () => {
      for (const callee of options.calls) await tokens.tokenFor(callee);
    })
    .catch((error: unknown) => options.log.debug({ err: error }, 'tokens will be asked for later'));
  return {
    inbound,
    credentialsOf: createCredentials(tokens, assertions, clock),
    [Symbol.dispose]: () => end.abort(new Error('security closed')),
  };
}

const noKeys: KeySet = {
  known: false,
  find: () => Promise.reject(new Error('the identity provider checks no tokens')),
  refresh: () => Promise.reject(new Error('the identity provider checks no tokens')),
};

const RETRY_MS = 1_000;

/** Whether the registry knows an instance of the provider that is ready. */
function isThere({ current }: Configuration): boolean {
  return current.links.some(
    ({ link, endpoints }) =>
      link.endsWith(`->${IDENTITY}`) && endpoints.some(({ healthy }) => healthy),
  );
}

/** Fetches the first keys as soon as the registry knows an instance that is ready. */
function fetchKeysOnceThere(
  { configuration, log, clock }: SecurityOptions,
  keys: KeySet,
  signal: AbortSignal,
): Promise<void> {
  const known = Promise.withResolvers<void>();
  let trying = false;
  async function tryUntilKnown(): Promise<void> {
    while (!keys.known && isThere(configuration) && !signal.aborted) {
      const failure = await keys.refresh().catch((error: unknown) => error as Error);
      if (!failure) return known.resolve();
      log.debug({ detail: failure.message }, 'no keys yet');
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }
  configuration.follow(() => {
    if (trying || keys.known || !isThere(configuration)) return;
    trying = true;
    void tryUntilKnown().finally(() => {
      trying = false;
    });
  });
  return known.promise;
}
