import { createOutbox, defineService } from '@faultline/chassis';
import { createAnnouncer } from './announcer.ts';
import { readFacts } from './audit.ts';
import { createProductChanges } from './change-product.ts';
import { createStockFeed } from './live-stock.ts';
import { CATALOG_EVENTS_TOPIC } from './product-events.ts';
import { createProductRepository } from './product-repository.ts';
import { registerChangeRoutes, registerRoutes } from './routes.ts';
import { createCurrentPhase } from './schema/current-phase.ts';
import { registerSchemaRoutes } from './schema/routes.ts';
import { createSchemaChange } from './schema/schema-change.ts';

/** Products, descriptions and prices. */
export const service = defineService({
  name: 'catalog',
  migrations: new URL('./migrations/', import.meta.url),
  calls: ['inventory'],
  events: true,
  build(chassis) {
    const phaseOf = createCurrentPhase(chassis.database, chassis.clock);
    const products = createProductRepository(chassis.database, phaseOf);
    const outbox = createOutbox({ chassis, topic: CATALOG_EVENTS_TOPIC });
    const changes = createProductChanges({ chassis, outbox, products });
    const stock = createStockFeed(chassis);
    const announcer = createAnnouncer({ chassis, changes });
    chassis.onReset(() => {
      phaseOf.forget();
      announcer.beginAnew();
    });
    return {
      routes(app) {
        registerRoutes(app, products, stock);
        registerChangeRoutes(app, changes);
        registerSchemaRoutes(app, createSchemaChange(chassis));
      },
      workers: [outbox, announcer, stock],
      audit: () => readFacts(chassis.database, phaseOf),
    };
  },
});
