import { featureFlagSchema, initialServicePolicy, linkPolicySchema } from '@faultline/chassis/core';
import type { ControlContext } from '../context.ts';
import type { FlagView, Policies, PolicyView, ServicePolicyView } from '../contract/index.ts';
import { PATTERN_CATALOGUE } from './pattern-catalogue.ts';

/** What the views are put together from. */
export type PolicySources = Pick<
  ControlContext,
  'fleet' | 'topology' | 'policies' | 'flags' | 'initialMtls'
>;

/** Everything that can be switched, as it is and as at launch. */
export function viewPolicies(sources: PolicySources): Policies {
  return {
    policies: viewLinks(sources),
    services: viewServices(sources),
    flags: viewFlags(sources),
    mtls: viewMtls(sources),
    patterns: [...PATTERN_CATALOGUE],
  };
}

/** Policies of every link between services. */
export function viewLinks({ fleet, policies }: PolicySources): PolicyView[] {
  return fleet
    .status()
    .links.flatMap(({ name, policy }) =>
      policy === null
        ? []
        : [{ link: name, policy, initial: linkPolicySchema.parse(policies[name] ?? {}) }],
    );
}

/** Patterns of every service that has some. */
export function viewServices({ fleet, topology, policies }: PolicySources): ServicePolicyView[] {
  const initial = new Map(
    topology.services.map(({ name, patterns }) => [
      name,
      initialServicePolicy(patterns, policies[name]),
    ]),
  );
  return fleet
    .status()
    .services.filter(({ policy }) => Object.keys(policy).length > 0)
    .map(({ name, policy }) => ({ service: name, policy, initial: initial.get(name) ?? policy }));
}

/** Every feature flag. */
export function viewFlags({ fleet, flags }: PolicySources): FlagView[] {
  return fleet.status().flags.map((flag) => ({
    flag,
    initial: featureFlagSchema.parse(flags.find(({ key }) => key === flag.key) ?? flag),
  }));
}

/** The switch for mutual TLS. */
export function viewMtls({ fleet, initialMtls }: PolicySources): Policies['mtls'] {
  return { on: fleet.status().mtls, initial: initialMtls };
}
