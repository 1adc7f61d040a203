import {
  chassisFaultSchema,
  type ChassisFault,
  type ChassisFaultKind,
} from '@faultline/chassis/core';
import type { InstanceStatus } from '@faultline/fleet';
import type { z } from 'zod';
import type { FaultContext, FaultKind, FaultTarget, UndoVerdict } from '../model.ts';
import { whatIsLeft } from './what-is-left.ts';

/** What a kind of fault that acts inside instances says about itself. */
export interface ToldFaultDefinition<Spec extends { kind: ChassisFaultKind }> {
  kind: Spec['kind'];
  title: string;
  summary: string;
  schema: z.ZodObject & z.ZodType<Spec>;
  describe(spec: Spec): string;
  /** Fields of the fault as instances know it; by default those of the form. */
  fields?(spec: Spec): object;
}

/**
 * A kind of fault that instances of services are told of and that their chassis acts out. An
 * instance forgets it when it is not told again in time; one that starts again, or that a service
 * gains, is told as well.
 */
export function createToldFault<Spec extends { kind: ChassisFaultKind }>(
  definition: ToldFaultDefinition<Spec>,
): FaultKind<Spec> {
  const { kind, title, summary, schema } = definition;
  const faultOf = (spec: Spec, faultId: string): ChassisFault =>
    chassisFaultSchema.parse({ ...(definition.fields?.(spec) ?? spec), kind, id: faultId });

  function tell(spec: Spec, target: FaultTarget, context: FaultContext): void {
    const fault = faultOf(spec, context.faultId);
    for (const { id } of instancesOf(target, context)) {
      const answer = context.fleet.tellFault(id, fault, context.ttlMs);
      if (answer.kind === 'refused') throw new Error(answer.detail);
    }
  }

  return {
    ...{ kind, title, summary, schema, selects: 'instance', followsFleet: true },
    describe: (spec) => definition.describe(spec),
    excludes: (other) => other === kind,
    async apply(spec, target, context) {
      const services = new Set(instancesOf(target, context).map(({ id }) => id));
      const other = namesOf(target).find((id) => !services.has(id));
      if (other !== undefined) throw new Error(`${other} is no instance of a service`);
      tell(spec, target, context);
    },
    renew: async (spec, target, context) => tell(spec, target, context),
    async revert(_spec, _target, { fleet, faultId }) {
      // Wherever it is: the target may have lost instances that were told of it.
      const instances = fleet.status().services.flatMap((service) => service.instances);
      for (const { id } of instances) fleet.forgetFault(id, faultId);
    },
    async verifyUndone(_spec, target, context): Promise<UndoVerdict> {
      const found = await Promise.all(
        instancesOf(target, context).map((instance) => whatIsLeft(instance, context)),
      );
      const left = found.find((one) => one !== null);
      return left === undefined ? { clean: true } : { clean: false, left: left ?? '' };
    },
  };
}

function namesOf(target: FaultTarget): readonly string[] {
  return target.kind === 'instances' ? target.instances : [];
}

/** The instances of services that the target names and that the fleet still has. */
function instancesOf(target: FaultTarget, { fleet }: FaultContext): InstanceStatus[] {
  const names = new Set(namesOf(target));
  return fleet
    .status()
    .services.flatMap(({ instances }) => instances)
    .filter(({ id }) => names.has(id));
}
