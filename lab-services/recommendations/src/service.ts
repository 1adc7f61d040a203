import { createInbox, defineService } from '@faultline/chassis';
import { createEvents } from './events.ts';
import { createLearningRepository } from './learning-repository.ts';
import { createOrderEventsConsumer } from './order-events-consumer.ts';
import { registerRoutes } from './routes.ts';

/** Learns from orders what is bought together, and recommends it. */
export const service = defineService({
  name: 'recommendations',
  migrations: new URL('./migrations/', import.meta.url),
  calls: [],
  events: true,
  build(chassis) {
    const learning = createLearningRepository(chassis.database);
    const events = createEvents(chassis);
    const inbox = createInbox({ chassis, consumer: 'recommendations' });
    return {
      routes: (app) => registerRoutes(app, { learning, events }),
      consumers: [createOrderEventsConsumer({ chassis, inbox, learning, events })],
      audit: () => learning.facts(),
    };
  },
});
