import type { FastifyRequest } from 'fastify';
import type { ControlContext } from '../context.ts';
import type { PolicyTarget } from '../contract/index.ts';
import { actorOf } from './audited.ts';

/**
 * Puts policies, flags and mutual TLS as at launch. Each one that was not gets its own line of the
 * audit trail, so that the history of a link tells it too.
 */
export function resetPolicies(
  { fleet, audit }: Pick<ControlContext, 'fleet' | 'audit'>,
  request: FastifyRequest,
): PolicyTarget[] {
  const reset = fleet.resetPolicies();
  for (const { name } of reset) {
    audit.record({
      actor: actorOf(request),
      action: 'policy.reset',
      target: name,
      detail: 'as at launch',
      outcome: 'done',
    });
  }
  return reset;
}
