import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import { PHASES } from './phase.ts';
import type { SchemaChange } from './schema-change.ts';

const phaseSchema = z.enum(PHASES);
const statusSchema = z.object({
  phase: phaseSchema,
  settled: z.boolean(),
  backfill: z.object({ done: z.int(), total: z.int() }),
  next: z.array(phaseSchema),
});

/** Registers `GET /internal/schema` and `POST /internal/schema/phase`. */
export function registerSchemaRoutes(app: ServiceApp, change: SchemaChange): void {
  const response = { 200: statusSchema };
  app.get('/internal/schema', { schema: { response } }, () => change.status());
  app.post(
    '/internal/schema/phase',
    {
      schema: {
        body: z.strictObject({ phase: z.enum([...PHASES, 'all-at-once']) }),
        response,
      },
    },
    ({ body: { phase } }) => (phase === 'all-at-once' ? change.allAtOnce() : change.moveTo(phase)),
  );
}
