import { defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createEvents } from './events.ts';
import { registerRoutes } from './routes.ts';
import { createShipmentRepository } from './shipment-repository.ts';
import { makeTrackingCode } from './shipment.ts';

/** Shipments and their cancellation. */
export const service = defineService({
  name: 'shipping',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  build(chassis) {
    const shipments = createShipmentRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const events = createEvents(chassis);
    const nextTrackingCode = () => makeTrackingCode(() => chassis.random.next());
    return {
      routes: (app) => registerRoutes(app, { shipments, events, audit, nextTrackingCode }),
      audit: () => audit.facts(),
    };
  },
});
