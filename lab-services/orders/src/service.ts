import { createOutbox, defineService } from '@faultline/chassis';
import { createAudit, registerAuditRoutes } from './audit.ts';
import { createEvents } from './events.ts';
import { createOrderEvents, ORDER_EVENTS_TOPIC } from './order/order-events.ts';
import { createOrderRepository } from './order/order-repository.ts';
import { createPlaceOrder } from './order/place-order.ts';
import { createPriceList } from './order/price-list.ts';
import { registerOrderRoutes } from './order/routes.ts';
import { createFulfilment } from './saga/fulfilment.ts';
import { createRecoverer } from './saga/recoverer.ts';
import { registerSagaRoutes } from './saga/routes.ts';
import { createSagaLedger } from './saga/saga-ledger.ts';
import { createSagaRepository } from './saga/saga-repository.ts';
import { createSagaRunner, SAGA_TIMES } from './saga/saga-runner.ts';

/** A saga whose owner died is taken up after at most lease + poll. */
const LEASE_MS = 2_000;
const POLL_MS = 500;
const RESUMED_AT_ONCE = 8;

/** Orders and the saga that fulfils them. */
export const service = defineService({
  name: 'orders',
  migrations: new URL('./migrations/', import.meta.url),
  calls: ['catalog', 'inventory', 'payments', 'shipping'],
  events: true,
  build(chassis) {
    const { database } = chassis;
    const events = createEvents(chassis);
    const outbox = createOutbox({ chassis, topic: ORDER_EVENTS_TOPIC });
    const repository = createSagaRepository({
      database,
      outbox,
      orderEvents: createOrderEvents(chassis),
      owner: `${chassis.environment.INSTANCE_ID}/${chassis.ids.next()}`,
      leaseMs: LEASE_MS,
    });
    const runner = createSagaRunner({
      chassis,
      repository,
      fulfilment: createFulfilment((callee, request) => chassis.link(callee).call(request)),
      events,
      times: SAGA_TIMES,
    });
    const orders = createOrderRepository(database);
    const prices = createPriceList(chassis.link('catalog'), database);
    const placeOrder = createPlaceOrder({
      chassis,
      orders,
      prices,
      sagas: repository,
      runner,
      events,
    });
    const ledger = createSagaLedger(database);
    const audit = createAudit(database);
    return {
      routes(app) {
        registerOrderRoutes(app, { placeOrder, orders });
        registerSagaRoutes(app, ledger);
        registerAuditRoutes(app, audit);
      },
      // Disposed in reverse: first nobody works on sagas any more, then the outbox is closed.
      workers: [
        outbox,
        createRecoverer({
          chassis,
          repository,
          runner,
          events,
          pollMs: POLL_MS,
          concurrency: RESUMED_AT_ONCE,
        }),
      ],
      audit: () => audit.facts(),
    };
  },
});
