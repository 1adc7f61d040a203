import { createInbox, defineService } from '@faultline/chassis';
import { createAudit } from './audit.ts';
import { createEvents } from './events.ts';
import { createNotificationRepository } from './notification-repository.ts';
import { createOrderEventsConsumer } from './order-events-consumer.ts';
import { registerRoutes } from './routes.ts';

/** Tells customers what became of their orders, once. */
export const service = defineService({
  name: 'notifications',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  events: true,
  build(chassis) {
    const notifications = createNotificationRepository(chassis.database);
    const audit = createAudit(chassis.database);
    const consumer = createOrderEventsConsumer({
      chassis,
      inbox: createInbox({ chassis, consumer: 'notifications' }),
      notifications,
      events: createEvents(chassis),
    });
    return {
      routes: (app) => registerRoutes(app, { notifications, audit }),
      consumers: [consumer],
      audit: () => audit.facts(),
    };
  },
});
