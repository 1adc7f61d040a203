import { defineService } from '@faultline/chassis';
import { createAudit, registerAuditRoutes } from './audit.ts';
import { createEvents } from './events.ts';
import { joinConsumers } from './events-consumer.ts';
import { createOrderRepository } from './order/order-repository.ts';
import { createPlaceOrder } from './order/place-order.ts';
import { createPriceList } from './order/price-list.ts';
import { registerOrderRoutes } from './order/routes.ts';
import { registerStreamRoutes } from './order/stream-routes.ts';
import { createParticipantsConsumer, PATIENCE } from './saga/choreographer.ts';
import { createCatalogEventsConsumer } from './replica/catalog-events-consumer.ts';
import { createSagaParts } from './saga/parts.ts';
import { registerSagaRoutes } from './saga/routes.ts';
import { createSagaLedger } from './saga/saga-ledger.ts';

/** Orders and the saga that fulfils them. */
export const service = defineService({
  name: 'orders',
  migrations: new URL('./migrations/', import.meta.url),
  calls: ['catalog', 'inventory', 'payments', 'shipping'],
  events: true,
  build(chassis) {
    const { database } = chassis;
    const events = createEvents(chassis);
    const parts = createSagaParts(chassis, events);
    const orders = createOrderRepository(database);
    const prices = createPriceList(chassis, chassis.link('catalog'), database);
    const placeOrder = createPlaceOrder({
      chassis,
      orders,
      prices,
      ...parts,
      events,
      patienceMs: PATIENCE.stepMs,
    });
    const ledger = createSagaLedger(database);
    const audit = createAudit(database);
    return {
      routes(app) {
        registerOrderRoutes(app, { placeOrder, orders, context: () => chassis.context() });
        registerStreamRoutes(app, database);
        registerSagaRoutes(app, ledger);
        registerAuditRoutes(app, audit);
      },
      // Disposed in reverse: first nobody works on sagas any more, then the outbox is closed.
      workers: [parts.outbox, parts.notices, parts.recoverer],
      consumers: [
        joinConsumers('orders', [
          createParticipantsConsumer(parts.choreographer),
          createCatalogEventsConsumer(chassis),
        ]),
      ],
      audit: () => audit.facts(),
    };
  },
});
