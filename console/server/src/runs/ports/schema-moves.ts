import type { Clock } from '@faultline/chassis/core';
import type { Done } from '@faultline/scenarios';
import { SCHEMA_PHASES, schemaStatusSchema, type SchemaStatus } from '../../contract/index.ts';
import type { Operator } from '../../data/operator.ts';

const LOOK_EVERY_MS = 200;
const PATH = '/internal/schema';

/** Moves the schema change of a service step by step; waits until every instance follows. */
export interface SchemaMoves {
  phaseOf(service: string): Promise<string>;
  move(service: string, phase: string, signal: AbortSignal): Promise<Done>;
}

/** Creates the mover; it asks the services as their operator. */
export function createSchemaMoves(operator: Operator, clock: Clock): SchemaMoves {
  const status = (service: string) => operator.ask(service, 'GET', PATH, schemaStatusSchema);
  const go = (service: string, phase: string) =>
    operator.ask(service, 'POST', `${PATH}/phase`, schemaStatusSchema, { phase });
  const settled = async (service: string, signal: AbortSignal): Promise<SchemaStatus> => {
    for (;;) {
      const now = await status(service);
      if (isSettled(now)) return now;
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  };
  return {
    phaseOf: async (service) => (await status(service)).phase,
    async move(service, phase, signal) {
      // The way that breaks old readers: nobody waits for them.
      if (phase === 'all-at-once') {
        await go(service, phase);
        return { kind: 'done', detail: `${service}: ${phase}` };
      }
      const end = SCHEMA_PHASES.findIndex((one) => one === phase);
      if (end < 0)
        return { kind: 'refused', detail: `${phase} is not ${SCHEMA_PHASES.join(', ')}` };
      let at = SCHEMA_PHASES.indexOf((await settled(service, signal)).phase);
      while (at !== end) {
        at += Math.sign(end - at);
        await go(service, SCHEMA_PHASES[at] ?? phase);
        await settled(service, signal);
      }
      return { kind: 'done', detail: `${service}: ${phase}` };
    },
  };
}

function isSettled({ settled, phase, backfill }: SchemaStatus): boolean {
  return settled && (phase !== 'backfill' || backfill.done >= backfill.total);
}
