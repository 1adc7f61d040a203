import { defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createChargeRepository } from './charge-repository.ts';
import { createEvents } from './events.ts';
import { registerRoutes } from './routes.ts';

/** Charges and refunds, each made once. */
export const service = defineService({
  name: 'payments',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  build(chassis) {
    const charges = createChargeRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const events = createEvents(chassis);
    const nextId = () => chassis.ids.next();
    return {
      routes: (app) => registerRoutes(app, { charges, events, audit, nextId }),
      audit: () => audit.facts(),
    };
  },
});
