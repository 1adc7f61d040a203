import type { Policies } from '@faultline/server/contract';
import { CommandFailure, EXIT } from './exit.ts';

/** The pattern's fields as they are and were at launch: `{breaker: {enabled: true, …}}`. */
export type PatternValues = Readonly<Record<string, object>>;

/** A link or a service with its patterns, and where they are changed. */
export interface PolicyTargetView {
  kind: 'link' | 'service';
  name: string;
  policy: PatternValues;
  initial: PatternValues;
  /** Of the API, for PATCH. */
  path: string;
}

/** Every link and service that has patterns. */
export function policyTargets({ policies, services }: Policies): PolicyTargetView[] {
  return [
    ...policies.map(({ link, policy, initial }): PolicyTargetView => ({
      ...{ kind: 'link', name: link, policy, initial },
      path: `/api/policies/${encodeURIComponent(link)}`,
    })),
    ...services.map(({ service, policy, initial }): PolicyTargetView => ({
      ...{ kind: 'service', name: service },
      // What a service has not is absent, never undefined.
      policy: policy as PatternValues,
      initial: initial as PatternValues,
      path: `/api/policies/services/${encodeURIComponent(service)}`,
    })),
  ];
}

/** The one of that name. Throws a failure that says which there are. */
export function findTarget(all: Policies, name: string): PolicyTargetView {
  const targets = policyTargets(all);
  const target = targets.find((one) => one.name === name);
  if (target) return target;
  const names = targets.map((one) => one.name).join(', ');
  throw new CommandFailure(
    EXIT.refused,
    `a link or a service must be one of ${names}; got ${name}`,
  );
}

/** The fields of a target that are not as at launch, with the values of the launch. */
export function undoOf({ policy, initial }: PolicyTargetView): Record<string, object> {
  const undo: Record<string, object> = {};
  for (const [pattern, before] of Object.entries(initial)) {
    const now = Object.entries(policy[pattern] ?? {});
    const fields = now.flatMap(([field, value]) => {
      const old = (before as Record<string, unknown>)[field];
      return JSON.stringify(old) === JSON.stringify(value) ? [] : [[field, old] as const];
    });
    if (fields.length > 0) undo[pattern] = Object.fromEntries(fields);
  }
  return undo;
}
