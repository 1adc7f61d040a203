import {
  featureFlagSchema,
  initialServicePolicy,
  linkPolicySchema,
  patchLinkPolicy,
  patchServicePolicy,
  type FeatureFlag,
  type FeatureFlagPatch,
  type LinkPolicy,
  type LinkPolicyPatch,
  type ServicePolicy,
  type ServicePolicyPatch,
} from '@faultline/chassis/core';
import { deriveLinks, type Topology } from '@faultline/topology';
import type { PolicyTarget } from './contract.ts';

/** Everything that can be changed while the fleet runs, and what it was at launch. */
export interface PolicyBook {
  /** Null for a link that has none (database, broker). */
  link(name: string): LinkPolicy | null;
  /** Null for a service that is not in the topology. */
  service(name: string): ServicePolicy | null;
  flags(): FeatureFlag[];
  readonly mtls: boolean;
  /** Null if the link has no policies. Throws a ZodError for values out of range. */
  patchLink(name: string, patch: LinkPolicyPatch): LinkPolicy | null;
  /** Null for an unknown service. Throws for a pattern it has not, and for values out of range. */
  patchService(name: string, patch: ServicePolicyPatch): ServicePolicy | null;
  /** Null for an unknown flag. */
  patchFlag(key: string, patch: FeatureFlagPatch): FeatureFlag | null;
  setMtls(on: boolean): void;
  /** Everything as at launch; returns what changed. */
  reset(): PolicyTarget[];
}

/** What a book begins with. */
export interface InitialPolicies {
  topology: Topology;
  /** What differs from the schemas' defaults, by name of a link or of a service. */
  policies: Readonly<Record<string, object>>;
  flags: readonly FeatureFlag[];
  mtls: boolean;
}

/** Creates a book. */
export function createPolicyBook(initial: InitialPolicies): PolicyBook {
  const { topology, policies } = initial;
  const links = createShelf(
    deriveLinks(topology)
      .filter(({ kind }) => kind === 'service')
      .map(({ name }) => [name, linkPolicySchema.parse(policies[name] ?? {})]),
  );
  const services = createShelf(
    topology.services.map(({ name, patterns }) => [
      name,
      initialServicePolicy(patterns, policies[name]),
    ]),
  );
  const flags = createShelf(initial.flags.map((flag) => [flag.key, featureFlagSchema.parse(flag)]));
  let mtls = initial.mtls;
  return {
    link: links.get,
    service: services.get,
    flags: () => [...flags.values()],
    get mtls() {
      return mtls;
    },
    patchLink: (name, patch) => links.change(name, (policy) => patchLinkPolicy(policy, patch)),
    patchService: (name, patch) =>
      services.change(name, (policy) => patchServicePolicy(policy, patch)),
    patchFlag: (key, patch) =>
      flags.change(key, (flag) => featureFlagSchema.parse({ ...flag, ...patch })),
    setMtls(on) {
      mtls = on;
    },
    reset() {
      const fleet: PolicyTarget[] = mtls === initial.mtls ? [] : [{ kind: 'fleet', name: 'mtls' }];
      mtls = initial.mtls;
      return [
        ...links.reset().map((name): PolicyTarget => ({ kind: 'link', name })),
        ...services.reset().map((name): PolicyTarget => ({ kind: 'service', name })),
        ...flags.reset().map((name): PolicyTarget => ({ kind: 'flag', name })),
        ...fleet,
      ];
    },
  };
}

/** Named values that know what they were at first. */
function createShelf<Value>(entries: [string, Value][]) {
  const initial = new Map(entries);
  const current = new Map(entries);
  return {
    get: (name: string): Value | null => current.get(name) ?? null,
    values: () => current.values(),
    change(name: string, next: (value: Value) => Value): Value | null {
      const value = current.get(name);
      if (value === undefined) return null;
      const changed = next(value);
      current.set(name, changed);
      return changed;
    },
    reset(): string[] {
      const changed = [...initial].filter(([name, value]) => !isSame(current.get(name), value));
      for (const [name, value] of initial) current.set(name, value);
      return changed.map(([name]) => name);
    },
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
