import { z } from 'zod';
import {
  projectionSchema,
  projectionsSchema,
  projectionStatusSchema,
  type Projection,
} from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import { createOperator } from '../data/operator.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { audited } from './audited.ts';

/** Projections of services: how far they are behind, and building one anew from its log. */
export function projectionRoutes(app: App, { fleet, topology, audit }: ControlContext): void {
  const operator = createOperator(fleet);
  const services = topology.services.filter(({ projection }) => projection).map(({ name }) => name);

  app.get(
    '/api/projections',
    {
      schema: {
        summary: 'Projections with their lag and the progress of a rebuild',
        response: { 200: projectionsSchema },
      },
    },
    async () => ({
      projections: await Promise.all(
        services.map(async (service): Promise<Projection> => {
          try {
            const path = '/internal/projection';
            const status = await operator.ask(service, 'GET', path, projectionStatusSchema);
            return { service, status, problem: null };
          } catch (error) {
            return { service, status: null, problem: (error as Error).message };
          }
        }),
      ),
    }),
  );

  app.post(
    '/api/projections/:service/rebuild',
    {
      schema: {
        summary:
          'Build a projection anew from its log; the old one serves until the new one is done',
        params: z.object({ service: z.string().max(64) }),
        response: { 202: projectionSchema },
      },
    },
    async (request, reply) => {
      const { service } = request.params;
      const what = { action: 'projection.rebuild', target: service };
      const status = await audited(audit, request, what, () => {
        if (!services.includes(service)) {
          const known = services.join(', ');
          throw new ApiProblem('unknown-service', `${service} has no projection; ${known} has`);
        }
        const path = '/internal/projection/rebuild';
        return operator.ask(service, 'POST', path, projectionStatusSchema);
      });
      return reply.code(202).send({ service, status, problem: null });
    },
  );
}
