import { keysetQuerySchema, problem, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Audit } from './audit.ts';
import type { Events } from './events.ts';
import type { ShipmentRepository } from './shipment-repository.ts';
import { shipmentSchema } from './shipment.ts';

const orderKey = shipmentSchema.pick({ orderId: true });
/** A caller that names no units ships what fits. */
const shipRequest = orderKey.extend({ units: z.int().min(1).max(1_000_000).default(1) });

interface Parts {
  shipments: ShipmentRepository;
  events: Events;
  audit: Audit;
  nextTrackingCode: () => string;
}

/** Registers the routes of the shipping. */
export function registerRoutes(app: ServiceApp, parts: Parts): void {
  const { shipments, events, audit, nextTrackingCode } = parts;

  app.post(
    '/shipments',
    { schema: { body: shipRequest, response: { 201: shipmentSchema } } },
    async ({ body: { orderId, units } }, reply) => {
      const trackingCode = nextTrackingCode();
      const outcome = await shipments.create({ orderId, units, trackingCode });
      events.shipmentAnswered(orderId, outcome);
      if (outcome.kind === 'cancelled') {
        throw problem(409, 'shipment-cancelled', `Order ${orderId} was cancelled before.`);
      }
      if (outcome.kind === 'refused') throw problem(409, 'parcel-too-large', outcome.detail);
      return reply.status(201).send(outcome.shipment);
    },
  );

  app.delete(
    '/shipments/:orderId',
    { schema: { params: orderKey, response: { 200: shipmentSchema } } },
    async ({ params: { orderId } }) => {
      const shipment = await shipments.cancel(orderId);
      events.shipmentCancelled(shipment);
      return shipment;
    },
  );

  app.get(
    '/shipments/:orderId',
    { schema: { params: orderKey, response: { 200: shipmentSchema } } },
    async ({ params: { orderId } }) => {
      const shipment = await shipments.find(orderId);
      if (!shipment) throw problem(404, 'shipment-not-found', `Order ${orderId} has no shipment.`);
      return shipment;
    },
  );

  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}
