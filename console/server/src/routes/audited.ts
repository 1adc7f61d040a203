import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditTrail } from '../audit/trail.ts';
import { ApiProblem } from '../http/problems.ts';

/**
 * Who sends a request, as far as anybody can tell: named by itself, or by its kind of client. Nobody
 * can pass for a run of an experiment.
 */
export function actorOf(request: FastifyRequest): string {
  const named = request.headers['x-faultline-actor'];
  if (typeof named === 'string' && /^(?!run )[\w.@ -]{1,60}$/.test(named)) return named;
  const agent = request.headers['user-agent'] ?? '';
  return agent.startsWith('Mozilla/') ? 'console' : 'api';
}

/** Does `work` and writes down who did what to what, and how it ended. */
export async function audited<T>(
  audit: AuditTrail,
  request: FastifyRequest,
  what: { action: string; target: string; detail?: string },
  work: () => Promise<T> | T,
  /** What came of it, where that is not known before. */
  detailOf?: (result: T) => string,
): Promise<T> {
  const entry = { actor: actorOf(request), detail: '', ...what };
  try {
    const result = await work();
    const detail = detailOf?.(result) ?? entry.detail;
    audit.record({ ...entry, detail: detail.slice(0, 1000), outcome: 'done' });
    return result;
  } catch (error) {
    const refused = error instanceof ApiProblem && error.problem.status < 500;
    const reason = error instanceof Error ? error.message.slice(0, 300) : String(error);
    audit.record({
      ...entry,
      target: entry.target.slice(0, 120),
      detail: [entry.detail, reason].filter(Boolean).join(' — '),
      outcome: refused ? 'refused' : 'failed',
    });
    throw error;
  }
}

/** An empty answer. */
export function noContent(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}
