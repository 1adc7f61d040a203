import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { ProjectionStatus } from './generations.ts';

const generationSchema = z.object({
  generation: z.int(),
  checkpoint: z.int(),
  startedAt: z.number(),
});
const statusSchema = z.object({
  head: z.int(),
  serving: generationSchema,
  building: generationSchema.nullable(),
  lagEvents: z.int(),
  lagMs: z.number(),
  asOf: z.number(),
  rebuiltAt: z.number().nullable(),
});

interface Parts {
  status: () => Promise<ProjectionStatus>;
  /** Begins a rebuild, or lets the one under way go on. */
  rebuild: () => Promise<void>;
}

/** Registers `GET /projection` and `POST /internal/projection/rebuild`. */
export function registerProjectionRoutes(app: ServiceApp, { status, rebuild }: Parts): void {
  const schema = { response: { 200: statusSchema } };
  app.get('/projection', { schema }, () => status());
  app.get('/internal/projection', { schema }, () => status());

  app.post(
    '/internal/projection/rebuild',
    { schema: { response: { 202: statusSchema } } },
    async (_request, reply) => {
      await rebuild();
      return reply.status(202).send(await status());
    },
  );
}
