import {
  featureFlagPatchSchema,
  linkPolicyPatchSchema,
  servicePolicyPatchSchema,
  type ServicePolicy,
} from '@faultline/chassis/core';
import type { Fleet, FleetAnswer } from '@faultline/fleet';
import type { Done, PolicyChange, PolicyPort } from '@faultline/scenarios';
import type { BeforeRun } from '../before-run.ts';
import { doneOf, type DoAct } from './acts.ts';
import { awaitDelivery } from './delivery.ts';
import { describeChange } from './describe-change.ts';

/** What the port works with. */
export interface PolicyPortParts {
  fleet: Fleet;
  act: DoAct;
  before: BeforeRun;
  /** Stop all puts everything as at launch: then that is what a run goes back to as well. */
  backToLaunch: () => boolean;
}

/** Longest wait until a restored policy holds everywhere, milliseconds. */
const RESTORE_MS = 10_000;

/** Policies, flags and mutual TLS, changed as people change them. */
export function createPolicyPort(parts: PolicyPortParts): PolicyPort {
  const { fleet, act, before, backToLaunch } = parts;
  const change = (wanted: PolicyChange, signal: AbortSignal): Promise<Done> => {
    const detail = describeChange(wanted);
    const target = wanted.target === 'mtls' ? 'mtls' : wanted.name;
    return act({ action: 'policy.patch', target, detail }, async () => {
      const done = doneOf(apply(fleet, wanted), detail);
      if (done.kind === 'done') await awaitDelivery(fleet, touched(fleet, wanted), signal);
      return done;
    });
  };
  return {
    change,
    describe: describeChange,
    async restore() {
      const signal = AbortSignal.timeout(RESTORE_MS);
      if (backToLaunch()) {
        const reset = { action: 'policy.reset', target: '*', detail: 'as at launch' };
        return act(reset, async () => {
          const names = fleet.resetPolicies().map(({ name }) => name);
          await awaitDelivery(fleet, allOf(fleet), signal);
          return { kind: 'done', detail: names.join(', ') };
        });
      }
      const changes = differences(fleet, before);
      for (const one of changes) {
        const done = await change(one, signal);
        if (done.kind === 'refused') return done;
      }
      return { kind: 'done', detail: changes.map(nameOf).join(', ') };
    },
  };
}

function apply(fleet: Fleet, change: PolicyChange): FleetAnswer {
  switch (change.target) {
    case 'link':
      return fleet.patchPolicy(change.name, linkPolicyPatchSchema.parse(change.patch));
    case 'service':
      return fleet.patchServicePolicy(change.name, servicePolicyPatchSchema.parse(change.patch));
    case 'flag':
      return fleet.patchFlag(change.name, featureFlagPatchSchema.parse(change.patch));
    case 'mtls':
      return fleet.setMtls(change.on);
  }
}

/** Services that must hear of a change. */
function touched(fleet: Fleet, change: PolicyChange): string[] {
  if (change.target === 'service') return [change.name];
  if (change.target === 'link') return change.name.split('->').slice(0, 1);
  return allOf(fleet);
}

function allOf(fleet: Fleet): string[] {
  return fleet.status().services.map(({ name }) => name);
}

/** What must be changed for everything to be as it was. */
function differences(fleet: Fleet, before: BeforeRun): PolicyChange[] {
  const { links, services, flags, mtls } = fleet.status();
  const changes: PolicyChange[] = [];
  for (const { name, policy } of links) {
    const was = before.links.get(name);
    if (was && !isSame(policy, was)) changes.push({ target: 'link', name, patch: { ...was } });
  }
  for (const { name, policy } of services) {
    const was = before.services.get(name);
    if (was && !isSame(policy, was)) {
      changes.push({ target: 'service', name, patch: withoutGaps(was) });
    }
  }
  for (const flag of flags) {
    const was = before.flags.find(({ key }) => key === flag.key);
    if (!was || isSame(flag, was)) continue;
    const { enabled, percentage, users } = was;
    changes.push({ target: 'flag', name: flag.key, patch: { enabled, percentage, users } });
  }
  if (mtls !== before.mtls) changes.push({ target: 'mtls', on: before.mtls });
  return changes;
}

/** A pattern that a service has not is absent, not undefined. */
function withoutGaps(policy: ServicePolicy): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(policy).flatMap(([pattern, fields]) =>
      fields ? [[pattern, { ...fields }]] : [],
    ),
  );
}

function nameOf(change: PolicyChange): string {
  return change.target === 'mtls' ? 'mtls' : change.name;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
