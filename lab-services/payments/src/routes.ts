import { keysetQuerySchema, problem, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Audit } from './audit.ts';
import { CHARGE_STATES, chargeRequestSchema, type ChargeGuard } from './charge.ts';
import type { Charges } from './charges.ts';
import type { Events } from './events.ts';

const orderParams = z.object({ orderId: chargeRequestSchema.shape.orderId });
const chargeSchema = chargeRequestSchema.extend({
  chargeId: z.string(),
  state: z.enum(CHARGE_STATES),
  declineReason: z.string().nullable(),
});
const refundSchema = z.object({
  orderId: z.string(),
  state: z.enum(['refunded', 'voided']),
  refundedCents: z.int().min(0),
});

interface Parts {
  charges: Charges;
  events: Events;
  audit: Audit;
  /** Whether a repeated key gets the first answer, at this moment. */
  keysCount: () => boolean;
  /** Makes the id of a new charge. */
  nextId: () => string;
}

/** Registers the routes of the payments. */
export function registerRoutes(app: ServiceApp, parts: Parts): void {
  registerCharge(app, parts);
  const { charges, events, audit } = parts;

  app.post(
    '/charges/:orderId/refund',
    { schema: { params: orderParams, response: { 200: refundSchema } } },
    async ({ params }) => {
      const refund = await charges.refund(params.orderId);
      events.refundAnswered(refund);
      return refund;
    },
  );

  app.get(
    '/charges/:orderId',
    {
      schema: {
        params: orderParams,
        response: { 200: z.object({ charges: z.array(chargeSchema) }) },
      },
    },
    async ({ params }) => ({ charges: await charges.findByOrder(params.orderId) }),
  );

  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}

function registerCharge(app: ServiceApp, { charges, events, keysCount, nextId }: Parts): void {
  app.post(
    '/charges',
    {
      schema: {
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200) }),
        body: chargeRequestSchema,
        response: { 201: chargeSchema },
      },
    },
    async ({ headers, body }, reply) => {
      const guard: ChargeGuard = { idempotencyKey: headers['idempotency-key'], once: keysCount() };
      const outcome = await charges.charge(body, guard, nextId());
      events.chargeAnswered(body.orderId, outcome);
      switch (outcome.kind) {
        case 'key-reused':
          throw problem(
            422,
            'idempotency-key-reused',
            'The Idempotency-Key belongs to a charge with another order, amount or currency.',
          );
        case 'voided':
          throw problem(409, 'charge-voided', `Order ${body.orderId} was voided before.`);
        case 'not-charged':
          throw problem(424, 'payment-unavailable', `Nothing was charged. ${outcome.detail}`);
        case 'decided':
          if (outcome.charge.state === 'declined') {
            throw problem(402, 'payment-declined', outcome.charge.declineReason ?? 'Declined.');
          }
          return reply.status(201).send(outcome.charge);
      }
    },
  );
}
