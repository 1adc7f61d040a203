import { createInbox, createOutbox, defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createEvents } from './events.ts';
import { createFulfilmentConsumer } from './fulfilment-consumer.ts';
import { INVENTORY_EVENTS_TOPIC } from './fulfilment-events.ts';
import { createReservationRepository } from './reservation-repository.ts';
import { registerRoutes } from './routes.ts';
import { createRpc } from './rpc.ts';
import { createStockWatch } from './stock-watch.ts';

/** Stock and reservations. */
export const service = defineService({
  name: 'inventory',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  events: true,
  build(chassis) {
    const reservations = createReservationRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const stock = createStockWatch({ chassis, reservations });
    const events = createEvents(chassis, () => stock.changed());
    chassis.onReset(() => stock.changed());
    const outbox = createOutbox({ chassis, topic: INVENTORY_EVENTS_TOPIC });
    const inbox = createInbox({ chassis, consumer: 'inventory' });
    return {
      workers: [outbox, stock],
      consumers: [createFulfilmentConsumer({ chassis, inbox, outbox, reservations, events })],
      routes: (app) => registerRoutes(app, { reservations, events, audit }),
      rpc: createRpc({ reservations, stock, events }),
      audit: () => audit.facts(),
    };
  },
});
