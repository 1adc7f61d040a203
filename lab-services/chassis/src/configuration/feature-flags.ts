import { trace } from '@opentelemetry/api';
import type * as OpenFeatureSdk from '@openfeature/server-sdk';
import type {
  Client,
  EvaluationContext,
  Hook,
  JsonValue,
  Provider,
  ResolutionDetails,
} from '@openfeature/server-sdk';
import type { Logger } from 'pino';
import type { Configuration } from './configuration.ts';
import { decideFlag } from './flags.ts';

export interface FeatureFlagsOptions {
  configuration: Pick<Configuration, 'current'>;
  log: Logger;
}

/** Evaluates feature flags through OpenFeature, over what the registry said last. */
export interface FeatureFlags {
  /** Whether `user` has the flag; false for one that nobody knows. */
  isOn(key: string, user: string): Promise<boolean>;
}

/**
 * Creates {@link FeatureFlags}. OpenFeature is loaded by the first evaluation: most services never
 * ask. Each evaluation is a span event `feature_flag.evaluation` of the span at hand.
 */
export function createFeatureFlags(options: FeatureFlagsOptions): FeatureFlags {
  let opening: Promise<Client> | undefined;
  return {
    async isOn(key, user) {
      const client = await (opening ??= openClient(options));
      return client.getBooleanValue(key, false, { targetingKey: user });
    },
  };
}

/** OpenFeature's registry of providers is the process's: every service has a domain of its own. */
let domains = 0;

async function openClient(options: FeatureFlagsOptions): Promise<Client> {
  const { configuration, log } = options;
  const domain = `faultline ${++domains}`;
  const sdk = await import('@openfeature/server-sdk');
  await sdk.OpenFeature.setProviderAndWait(domain, createProvider(sdk, configuration));
  const quiet = (...values: unknown[]) => log.debug({ detail: values.map(String) }, 'OpenFeature');
  return sdk.OpenFeature.getClient(domain)
    .setLogger({ error: quiet, warn: quiet, info: quiet, debug: quiet })
    .addHooks(createSpanEvents(sdk));
}

type Sdk = typeof OpenFeatureSdk;

function createProvider(sdk: Sdk, configuration: FeatureFlagsOptions['configuration']): Provider {
  const booleanOnly = () =>
    Promise.reject(new sdk.TypeMismatchError('feature flags are on or off: ask for a boolean'));
  return {
    metadata: { name: 'faultline-registry' },
    runsOn: 'server',
    async resolveBooleanEvaluation(
      key: string,
      _default: boolean,
      { targetingKey }: EvaluationContext,
    ): Promise<ResolutionDetails<boolean>> {
      const flag = configuration.current.flags.find((one) => one.key === key);
      if (!flag) throw new sdk.FlagNotFoundError(`no flag ${key}`);
      if (!targetingKey) throw new sdk.TargetingKeyMissingError('a flag is for a user');
      const { value, reason } = decideFlag(flag, targetingKey);
      return { value, reason, variant: value ? 'on' : 'off' };
    },
    resolveStringEvaluation: booleanOnly,
    resolveNumberEvaluation: booleanOnly,
    resolveObjectEvaluation: <T extends JsonValue>(): Promise<ResolutionDetails<T>> =>
      booleanOnly(),
  };
}

/** OpenTelemetry semantic conventions for feature flags, as span events. */
function createSpanEvents(sdk: Sdk): Hook {
  return {
    finally(context, details) {
      const { name, attributes } = sdk.createEvaluationEvent(context, details);
      trace.getActiveSpan()?.addEvent(name, attributes);
    },
  };
}
