import { keysetQuerySchema, problem, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Audit } from './audit.ts';
import type { Events } from './events.ts';
import type { ReservationRepository } from './reservation-repository.ts';
import { explainRefusal, itemSchema, type ReserveOutcome } from './reservation.ts';

const orderId = z.string().min(1).max(64);
const orderParams = z.object({ orderId });
const stockLine = z.object({ sku: z.string(), available: z.int() });
const reservation = z.object({
  orderId,
  state: z.enum(['reserved', 'released']),
  items: z.array(itemSchema),
});

interface Parts {
  reservations: ReservationRepository;
  events: Events;
  audit: Audit;
}

/** Registers the routes of the inventory. */
export function registerRoutes(app: ServiceApp, { reservations, events, audit }: Parts): void {
  app.post(
    '/reservations',
    {
      schema: {
        body: z.object({ orderId, items: z.array(itemSchema).min(1).max(50) }),
        response: { 201: reservation },
      },
    },
    async ({ body }, reply) => {
      const outcome = await reservations.reserve(body.orderId, body.items);
      events.reservationAnswered(body.orderId, outcome);
      if (outcome.kind !== 'reserved') throw refusal(body.orderId, outcome);
      return reply.status(201).send(outcome.reservation);
    },
  );

  app.delete(
    '/reservations/:orderId',
    { schema: { params: orderParams, response: { 200: reservation } } },
    async ({ params }) => {
      const { released } = await reservations.release(params.orderId);
      events.reservationReleased(params.orderId, released);
      return { orderId: params.orderId, state: 'released' as const, items: [...released] };
    },
  );

  app.get(
    '/stock',
    {
      schema: {
        querystring: z.object({
          /** Comma-separated; unknown ones are left out. */
          skus: z
            .string()
            .transform((list) => list.split(','))
            .pipe(z.array(itemSchema.shape.sku).max(100)),
        }),
        response: { 200: z.object({ stock: z.array(stockLine) }) },
      },
    },
    async ({ query }) => ({ stock: await reservations.findStock(query.skus) }),
  );

  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}

function refusal(orderId: string, outcome: Exclude<ReserveOutcome, { kind: 'reserved' }>): Error {
  const { code, detail } = explainRefusal(orderId, outcome);
  return problem(outcome.kind === 'unknown-sku' ? 422 : 409, code, detail);
}
