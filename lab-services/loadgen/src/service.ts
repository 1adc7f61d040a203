import { defineService } from '@faultline/chassis';
import { createEvents } from './events.ts';
import { createGenerator } from './generator.ts';
import { readInitialLoad } from './load.ts';
import { registerRoutes } from './routes.ts';

/** Plays customers: an open-loop, seeded load of shopping journeys. */
export const service = defineService({
  name: 'loadgen',
  calls: ['gateway'],
  build(chassis) {
    const events = createEvents(chassis);
    const generator = createGenerator({
      chassis,
      gateway: chassis.link('gateway'),
      events,
      initial: readInitialLoad(process.env),
    });
    return {
      routes: (app) => registerRoutes(app, generator, events),
      workers: [generator],
    };
  },
});
