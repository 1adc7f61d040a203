import { z } from 'zod';
import { schemaPhaseRequestSchema, schemaStatusSchema } from '../contract/index.ts';
import type { ControlContext } from '../context.ts';
import { createOperator } from '../data/operator.ts';
import type { App } from '../http/app.ts';
import { ApiProblem } from '../http/problems.ts';
import { audited } from './audited.ts';

const byService = z.object({ service: z.string().max(64) });

/** Changes of a service's schema by expand and contract, while it runs. */
export function schemaRoutes(app: App, { fleet, topology, audit }: ControlContext): void {
  const operator = createOperator(fleet);
  const services = topology.services
    .filter(({ schemaChange }) => schemaChange)
    .map(({ name }) => name);
  const known = (service: string): string => {
    if (services.includes(service)) return service;
    const list = services.join(', ');
    throw new ApiProblem('unknown-service', `${service} has no schema change; ${list} has`);
  };

  app.get(
    '/api/schema/:service',
    {
      schema: {
        summary: 'Where the schema change of a service stands',
        params: byService,
        response: { 200: schemaStatusSchema },
      },
    },
    ({ params }) =>
      operator.ask(known(params.service), 'GET', '/internal/schema', schemaStatusSchema),
  );

  app.post(
    '/api/schema/:service/phase',
    {
      schema: {
        summary: 'Go to a neighbouring phase of a schema change; `all-at-once` breaks old readers',
        params: byService,
        body: schemaPhaseRequestSchema,
        response: { 200: schemaStatusSchema },
      },
    },
    (request) => {
      const { service } = request.params;
      const { phase } = request.body;
      return audited(
        audit,
        request,
        { action: 'schema.phase', target: service, detail: phase },
        () => {
          const path = '/internal/schema/phase';
          return operator.ask(known(service), 'POST', path, schemaStatusSchema, { phase });
        },
      );
    },
  );
}
