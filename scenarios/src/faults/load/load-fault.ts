import { z } from 'zod';
import { callInstance } from '../instance-call.ts';
import type { FaultContext, FaultKind, FaultTarget, UndoVerdict } from '../model.ts';

/** What a kind of load fault says about itself; the rest is the same for all of them. */
export interface LoadFaultDefinition<Spec extends { kind: string }> {
  kind: Spec['kind'];
  title: string;
  summary: string;
  schema: z.ZodObject & z.ZodType<Spec>;
  describe(spec: Spec): string;
  /** The fault as the load generator takes it, `PUT /faults/{id}`. */
  fault(spec: Spec, context: FaultContext): object;
}

const heldSchema = z.object({ faults: z.array(z.object({ id: z.string() })) });

/**
 * A kind of fault that the load generator holds. It is told again with every renewal and ends the
 * fault by itself when it is not; a generator that was started anew holds none.
 */
export function createLoadFault<Spec extends { kind: string }>(
  definition: LoadFaultDefinition<Spec>,
): FaultKind<Spec> {
  const tell = async (spec: Spec, target: FaultTarget, context: FaultContext) => {
    const body = { fault: definition.fault(spec, context), ttlMs: context.ttlMs };
    const { faultId } = context;
    await Promise.all(
      instancesOf(target).map((one) =>
        callInstance(context, one, 'PUT', `/faults/${faultId}`, body),
      ),
    );
  };
  return {
    kind: definition.kind,
    title: definition.title,
    summary: definition.summary,
    selects: 'load',
    schema: definition.schema,
    describe: (spec) => definition.describe(spec),
    excludes: (kind) => kind === definition.kind,
    apply: tell,
    renew: tell,
    async revert(_spec, target, context) {
      const { faultId } = context;
      await Promise.all(
        runningOf(target, context).map((one) =>
          callInstance(context, one, 'DELETE', `/faults/${faultId}`),
        ),
      );
    },
    async verifyUndone(_spec, target, context): Promise<UndoVerdict> {
      for (const instance of runningOf(target, context)) {
        const { faults } = heldSchema.parse(
          await callInstance(context, instance, 'GET', '/faults'),
        );
        if (!faults.some(({ id }) => id === context.faultId)) continue;
        return { clean: false, left: `${instance} still holds ${definition.kind}` };
      }
      return { clean: true };
    },
  };
}

function instancesOf(target: FaultTarget): readonly string[] {
  return target.kind === 'instances' ? target.instances : [];
}

/** With its process, everything ends that an instance holds. */
function runningOf(target: FaultTarget, { fleet }: FaultContext): string[] {
  const running = new Set(
    fleet
      .status()
      .services.flatMap(({ instances }) => instances)
      .filter(({ state }) => state === 'ready' || state === 'paused')
      .map(({ id }) => id),
  );
  return instancesOf(target).filter((id) => running.has(id));
}
