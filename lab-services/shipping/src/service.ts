import { createInbox, createOutbox, defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createEvents } from './events.ts';
import { createFulfilmentConsumer } from './fulfilment-consumer.ts';
import { SHIPPING_EVENTS_TOPIC } from './fulfilment-events.ts';
import { registerRoutes } from './routes.ts';
import { createShipmentRepository } from './shipment-repository.ts';
import { makeTrackingCode } from './shipment.ts';

/** Shipments and their cancellation. */
export const service = defineService({
  name: 'shipping',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  events: true,
  build(chassis) {
    const shipments = createShipmentRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const events = createEvents(chassis);
    const nextTrackingCode = () => makeTrackingCode(() => chassis.random.next());
    const outbox = createOutbox({ chassis, topic: SHIPPING_EVENTS_TOPIC });
    const inbox = createInbox({ chassis, consumer: 'shipping' });
    return {
      workers: [outbox],
      consumers: [
        createFulfilmentConsumer({ chassis, inbox, outbox, shipments, events, nextTrackingCode }),
      ],
      routes: (app) => registerRoutes(app, { shipments, events, audit, nextTrackingCode }),
      audit: () => audit.facts(),
    };
  },
});
