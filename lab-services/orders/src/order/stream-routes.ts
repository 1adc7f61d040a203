import { keysetQuerySchema, problem, type Database, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import { readStream, rebuildSnapshots } from './order-stream.ts';

const REBUILT_AT_ONCE = 500;

const eventSchema = z.object({
  version: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  payload: z.record(z.string(), z.unknown()),
  occurredAt: z.number(),
  correlationId: z.string(),
  traceId: z.string().nullable(),
});

/** Registers the routes of the orders' streams. */
export function registerStreamRoutes(app: ServiceApp, database: Database): void {
  app.get(
    '/orders/:orderId/events',
    {
      schema: {
        params: z.object({ orderId: z.string().min(1).max(64) }),
        response: { 200: z.object({ events: z.array(eventSchema) }) },
      },
    },
    async ({ params: { orderId } }) => {
      const events = await readStream(database, orderId);
      if (events.length === 0) {
        throw problem(404, 'order-not-found', `There is no order ${orderId}.`);
      }
      return { events: events.map((event) => ({ ...event, payload: { ...event.payload } })) };
    },
  );

  app.post(
    '/internal/snapshots/rebuild',
    { schema: { querystring: keysetQuerySchema } },
    ({ query: { after, limit } }) =>
      database.transaction((transaction) =>
        rebuildSnapshots(transaction, after, Math.min(limit, REBUILT_AT_ONCE)),
      ),
  );
}
