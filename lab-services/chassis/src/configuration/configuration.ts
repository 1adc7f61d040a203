import {
  registrySnapshotSchema,
  servicePatternOf,
  type RegistrySnapshot,
  type ServicePattern,
  type ServicePatternPolicy,
} from '../core/index.ts';
import { createWorkloads, type Workloads } from './workload.ts';
import { subscribeToRegistry, type RegistrySubscriptionOptions } from './registry-subscription.ts';

/** What the registry told this instance last; before it told anything, the defaults. */
export interface Configuration extends AsyncDisposable {
  readonly current: RegistrySnapshot;
  /** Secrets of this instance. */
  readonly workload: Workloads;
  policy<Pattern extends ServicePattern>(pattern: Pattern): ServicePatternPolicy<Pattern>;
  /** Settings of `pattern` if the service has it and it is on. */
  enforced<Pattern extends ServicePattern>(
    pattern: Pattern,
  ): ServicePatternPolicy<Pattern> | undefined;
  /** Calls `listener` now and after every change. */
  follow(listener: (snapshot: RegistrySnapshot) => void): void;
  /** Throws until the first snapshot came; afterwards an absent registry does no harm. */
  check(): void;
}

/** Follows the registry until disposed. */
export function followRegistry(
  options: Omit<RegistrySubscriptionOptions, 'apply' | 'applyWorkload'>,
): Configuration {
  const listeners: ((snapshot: RegistrySnapshot) => void)[] = [];
  let current = registrySnapshotSchema.parse({ version: 0, links: [] });
  const workload = createWorkloads();
  const subscription = subscribeToRegistry({
    ...options,
    apply(snapshot) {
      current = snapshot;
      for (const listener of listeners) listener(snapshot);
    },
    applyWorkload: (next) => workload.set(next),
  });
  return {
    workload,
    get current() {
      return current;
    },
    policy: (pattern) => servicePatternOf(current.service, pattern),
    enforced(pattern) {
      const policy = servicePatternOf(current.service, pattern);
      return current.service[pattern] && policy.enabled ? policy : undefined;
    },
    follow(listener) {
      listeners.push(listener);
      listener(current);
    },
    check: () => subscription.check(),
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
  };
}
