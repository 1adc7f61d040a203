import type { Done } from '@faultline/scenarios';
import type { FleetAnswer } from '@faultline/fleet';
import { z } from 'zod';
import type { AuditTrail } from '../../audit/trail.ts';
import { ApiProblem } from '../../http/problems.ts';

/** One thing that a run does, as the audit trail names it. */
export interface Act {
  action: string;
  target: string;
  detail: string;
}

/** Does something and writes it down; what the lab refuses is an answer, what breaks is thrown. */
export type DoAct = (act: Act, work: () => Promise<Done> | Done) => Promise<Done>;

/** Acts of a run, signed by `actor`, in the same trail as those of people. */
export function createActs(audit: Pick<AuditTrail, 'record'>, actor: string): DoAct {
  return async (act, work) => {
    const entry = { actor, ...act, detail: act.detail.slice(0, 1000) };
    try {
      const done = await orRefused(work);
      const outcome = done.kind === 'done' ? 'done' : 'refused';
      const detail = [entry.detail, outcome === 'refused' ? done.detail : ''].filter(Boolean);
      audit.record({ ...entry, detail: detail.join(' — ').slice(0, 1000), outcome });
      return done;
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
      audit.record({ ...entry, detail: `${entry.detail} — ${reason}`, outcome: 'failed' });
      throw error;
    }
  };
}

/** The answer of a fleet as one of a port. */
export function doneOf(answer: FleetAnswer, detail: string): Done {
  return answer.kind === 'done'
    ? { kind: 'done', detail }
    : { kind: 'refused', detail: answer.detail };
}

async function orRefused(work: () => Promise<Done> | Done): Promise<Done> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiProblem) return { kind: 'refused', detail: error.message };
    if (error instanceof z.ZodError) return { kind: 'refused', detail: z.prettifyError(error) };
    throw error;
  }
}
