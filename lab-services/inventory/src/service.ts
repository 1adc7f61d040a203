import { defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createEvents } from './events.ts';
import { createReservationRepository } from './reservation-repository.ts';
import { registerRoutes } from './routes.ts';

/** Stock and reservations. */
export const service = defineService({
  name: 'inventory',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  build(chassis) {
    const reservations = createReservationRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const events = createEvents(chassis);
    return {
      routes: (app) => registerRoutes(app, { reservations, events, audit }),
      audit: () => audit.facts(),
    };
  },
});
