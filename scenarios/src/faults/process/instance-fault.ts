import type { Fleet, FleetAnswer, InstanceStatus } from '@faultline/fleet';
import type { z } from 'zod';
import type { FaultContext, FaultKind, FaultTarget, UndoVerdict } from '../model.ts';

/** What a kind of process fault says about itself. */
export interface InstanceFaultDefinition<Spec extends { kind: string }> {
  kind: Spec['kind'];
  title: string;
  summary: string;
  schema: z.ZodObject & z.ZodType<Spec>;
  describe(spec: Spec): string;
  endsItself?(spec: Spec): boolean;
  strike(spec: Spec, instance: string, fleet: Fleet): Promise<FleetAnswer>;
  /** Brings one instance back; called again until `state` is no longer `left`. */
  mend(spec: Spec, instance: InstanceStatus, fleet: Fleet): Promise<FleetAnswer>;
  /** Why the instance still shows the fault; null when it does not. */
  left(spec: Spec, instance: InstanceStatus): string | null;
}

/** Kinds that decide whether a process lives: one of them at a time for an instance. */
const LIFE_KINDS: readonly string[] = [
  'process.crash',
  'process.crash-loop',
  'process.stop',
  'process.pause',
  'process.restart',
];

/** The instances that `target` stands for, as they are now. */
export function struckBy(target: FaultTarget, { fleet }: FaultContext): InstanceStatus[] {
  const names = new Set(target.kind === 'instances' ? target.instances : []);
  const { services, resources } = fleet.status();
  return [...services, ...resources]
    .flatMap(({ instances }) => instances)
    .filter(({ id }) => names.has(id));
}

/** A kind of fault that hits processes. What the fault does is held by the fleet, not by a proxy. */
export function createInstanceFault<Spec extends { kind: string }>(
  definition: InstanceFaultDefinition<Spec>,
): FaultKind<Spec> {
  return {
    kind: definition.kind,
    title: definition.title,
    summary: definition.summary,
    selects: 'instance',
    schema: definition.schema,
    describe: (spec) => definition.describe(spec),
    excludes: (kind) => LIFE_KINDS.includes(kind),
    ...(definition.endsItself
      ? { endsItself: (spec: Spec) => definition.endsItself?.(spec) ?? false }
      : {}),
    async apply(spec, target, context) {
      await forEach(struckBy(target, context), ({ id }) =>
        definition.strike(spec, id, context.fleet),
      );
    },
    // The fleet holds the effect until it is told otherwise: there is nothing to prolong.
    renew: () => Promise.resolve(),
    async revert(spec, target, context) {
      const sick = struckBy(target, context).filter((one) => definition.left(spec, one) !== null);
      await forEach(sick, (instance) => definition.mend(spec, instance, context.fleet));
    },
    verifyUndone(spec, target, context): Promise<UndoVerdict> {
      for (const instance of struckBy(target, context)) {
        const left = definition.left(spec, instance);
        if (left !== null) return Promise.resolve({ clean: false, left });
      }
      return Promise.resolve({ clean: true });
    },
  };
}

/** All at once, as a fault hits; waits for every one before it throws the first refusal. */
async function forEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<FleetAnswer>,
): Promise<void> {
  const answers = await Promise.all(items.map(act));
  const refusal = answers.find((answer) => answer.kind === 'refused');
  if (refusal) throw new Error(refusal.detail);
}
