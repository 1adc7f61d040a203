import { createInbox, defineService } from '@faultline/chassis';
import { createEvents } from './events.ts';
import { createOrderEventsConsumer } from './log/order-events-consumer.ts';
import { beginRebuild, readStatus } from './projection/generations.ts';
import { createProjector } from './projection/projector.ts';
import { registerProjectionRoutes } from './projection/routes.ts';
import { createReads } from './reads.ts';
import { registerRoutes } from './routes.ts';

/** Log entries that one transaction carries into the projection. */
const BATCH = 200;

/** The read side of orders: a log of what happened, and views and sums made of it. */
export const service = defineService({
  name: 'order-history',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  events: true,
  build(chassis) {
    const { database } = chassis;
    // Whoever looks and sees work makes sure that somebody is at it: the instance that logged an
    // event may have died before it carried it on.
    const status = async () => {
      const now = await readStatus(database);
      if (now.lagEvents > 0 || now.building || now.sweeping) projector.wake();
      return now;
    };
    const events = createEvents(chassis, status);
    const projector = createProjector({ chassis, events, batch: BATCH });
    const consumer = createOrderEventsConsumer({
      chassis,
      inbox: createInbox({ chassis, consumer: 'order-history' }),
      appended: () => projector.wake(),
    });
    return {
      routes(app) {
        registerRoutes(app, {
          reads: createReads(database),
          status,
          context: () => chassis.context(),
        });
        registerProjectionRoutes(app, {
          status,
          async rebuild() {
            if (await beginRebuild(database)) events.rebuildBegan();
            projector.wake();
          },
        });
      },
      consumers: [consumer],
      workers: [projector],
      audit: async () => {
        const { head, lagEvents, serving } = await status();
        return { logged: head, lagEvents, generation: serving.generation };
      },
    };
  },
});
